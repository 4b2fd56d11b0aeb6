import type { HeldBack } from './app-merge.ts'
import type { Judgement } from './judge-transitions.ts'
import type { PublishDraft } from './publish-draft.ts'
import type { AppRollout, HeldBackApp } from './publish-plan.ts'
import type { Stop } from './stop.ts'

/** What the merges of apps, and permissions about them, leave for a person to decide or to know. */
export function judgeReleases(draft: PublishDraft, held: readonly HeldBackApp[]): Judgement {
  const { apps, options } = draft
  return {
    stops: [
      ...apps.flatMap(({ stops = [] }) => stops),
      ...(options.strict ? held.map(heldBackStop) : []),
    ],
    warnings: [...apps.flatMap(({ warnings = [] }) => warnings), ...idleDirect(draft)],
  }
}

export const rolloutsOf = ({ apps }: PublishDraft): readonly AppRollout[] =>
  apps.flatMap(({ app, rollout }) => (rollout === undefined ? [] : [{ app, ...rollout }]))

/** Apps that do not get what the app definitions say, and why. */
export function heldBackApps({ apps, comparison }: PublishDraft): readonly HeldBackApp[] {
  const edited = new Map<string, string[]>()
  for (const { app, path, outcome } of comparison.drift) {
    if (outcome !== 'conflict') continue
    edited.set(app, [...(edited.get(app) ?? []), path])
  }
  return apps.flatMap(({ app, heldBack: held }): HeldBackApp[] => {
    const paths = edited.get(app)
    return [
      ...(held === undefined ? [] : [{ app, ...held }]),
      ...(paths === undefined ? [] : [{ app, ...editedByHand(paths) }]),
    ]
  })
}

const editedByHand = (paths: readonly string[]): HeldBack => ({
  reason: `${paths.join(', ')} was edited by hand on the branch and would change`,
  remedy: 'Revert the edit on the branch, or undo it with --overwrite-drift',
})

const heldBackStop = ({ app, reason, remedy }: HeldBackApp): Stop => ({
  kind: 'held-back',
  message: `${app} would be held back: ${reason}`,
  remedy,
  files: [],
})

/** Permission to skip a canary that there would not be. */
const idleDirect = ({ apps, options }: PublishDraft): readonly string[] =>
  apps.flatMap(({ app, rollout, stops = [] }) =>
    options.direct?.includes(app) && rollout?.trailers.action !== 'direct' && stops.length === 0
      ? [`--direct '${app}' skips nothing: the app has no new revision that would get a canary`]
      : [],
  )
