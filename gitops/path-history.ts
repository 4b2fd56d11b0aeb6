import type { LoggedCommit, LogRequest } from './git-remote.ts'

/** Commits, and what each of them has at one path. */
export interface PathHistory {
  commit(id: string): Promise<LoggedCommit>
  /** Tells apart what is at the path; `undefined` if nothing is. */
  entry(commit: string): Promise<string | undefined>
}

/**
 * The commits that have changed a path, newest first, by the rule of `git log -- path`: whoever has
 * the same at the path as one of the parents has changed nothing, and that parent alone tells how it
 * came about.
 */
export async function changesOfPath(
  history: PathHistory,
  { commit, limit, sinceMs = 0 }: Omit<LogRequest, 'path'>,
): Promise<readonly LoggedCommit[]> {
  const told: LoggedCommit[] = []
  const seen = new Set<string>()
  const open: LoggedCommit[] = []
  const look = async (id: string) => {
    if (seen.has(id)) return
    seen.add(id)
    const found = await history.commit(id)
    if (found.committedAtMs >= sinceMs) open.push(found)
  }
  await look(commit)
  while (told.length < limit) {
    open.sort((a, b) => b.committedAtMs - a.committedAtMs)
    const newest = open.shift()
    if (newest === undefined) break
    const { isChange, parents } = await compare(history, newest)
    if (isChange) told.push(newest)
    for (const parent of parents) await look(parent)
  }
  return told
}

/** Whether a commit has changed the path, and which of its parents tell about before. */
async function compare(
  history: PathHistory,
  { id, parents }: LoggedCommit,
): Promise<{ readonly isChange: boolean; readonly parents: readonly string[] }> {
  const own = await history.entry(id)
  for (const parent of parents) {
    if ((await history.entry(parent)) === own) return { isChange: false, parents: [parent] }
  }
  return { isChange: parents.length > 0 || own !== undefined, parents }
}
