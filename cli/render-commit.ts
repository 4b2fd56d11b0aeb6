import type { CommitAnswer } from '../functions/rollouts/commit-answer.ts'

/** One line for people, and the reasons below it. */
export function renderCommit({ commit, at, subject, changes }: CommitAnswer): readonly string[] {
  const time = at.slice(0, 19).replace('T', ' ')
  return [
    `  ${time}  ${commit.slice(0, 10)}  ${subject}`,
    ...changes.flatMap(({ evidence }) => evidence).map((why) => `${' '.repeat(35)}${why}`),
  ]
}
