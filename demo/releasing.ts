import { DemoStepError } from './demo-step-error.ts'
import { moveDigest } from './edits.ts'
import type { Counts, MetricStore } from './metric-store.ts'
import type { Narrator } from './narrator.ts'
import { followRelease, type RolloutCommit } from './release.ts'
import { RELEASED } from './released.ts'
import { Stage } from './stage.ts'
import type { Workspace } from './workspace.ts'

/**
 * The second chapter: new versions of the checkout meet customers. What is good becomes stable, what is
 * bad goes back, and each step is a commit.
 */
export async function tellReleasing(
  workspace: Workspace,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<void> {
  await using stage = await Stage.set(workspace, signal)
  const { url } = stage.cluster
  narrator.say(
    [
      `\nThe checkout of ${RELEASED.environment} runs on this machine now: ${stage.cluster.pods().length} processes behind a gateway at`,
      `${url}, which goes by the route on the branch. Customers pay 200 times a second.`,
      `The functions are at ${stage.functions.address}, with locks in SQLite, and see what goes on.`,
    ].join('\n'),
  )
  const story = { workspace, narrator, stage }
  const good = await release(story, {
    version: '1.24.0',
    sentence:
      'Version 1.24.0 is built. Publish hands it to the functions, which let it in step by step:',
  })
  assertEnd(good, stage, { action: 'finish', version: '1.24.0' })
  const bad = await release(story, {
    version: '1.25.0',
    sentence: 'Version 1.25.0 fails for amounts that end in a seven. Nobody knows that yet:',
  })
  assertEnd(bad, stage, { action: 'abort-finish', version: '1.24.0' })
  const { requests, failed } = stage.customers.experience
  narrator.say(
    `\nIt was taken back by what was measured, with nobody watching: of ${requests} payments in all, ${failed} failed.`,
  )
  await narrator.step('What is known of it, from the branch alone:', [
    'rollout',
    'show',
    'checkout',
    '--env',
    RELEASED.environment,
  ])
}

interface Story {
  readonly workspace: Workspace
  readonly narrator: Narrator
  readonly stage: Stage
}

async function release(
  { workspace, narrator, stage }: Story,
  { version, sentence }: { readonly version: string; readonly sentence: string },
): Promise<readonly RolloutCommit[]> {
  const { environment, branch } = RELEASED
  await moveDigest(workspace, { environment, app: 'checkout', version })
  await using resources = new AsyncDisposableStack()
  const remote = resources.adopt(await workspace.openDeploy(), (one) => one.close())
  const since = (await remote.tip(branch)) ?? ''
  await narrator.step(sentence, ['publish', '--env', environment])
  let measuredMs = Date.now()
  return await followRelease({ remote, since, signal: stage.signal }, (commit) => {
    const nowMs = Date.now()
    narrator.say(describe(commit, measured(stage, { startMs: measuredMs, endMs: nowMs })))
    measuredMs = nowMs
  })
}

const describe = ({ id, subject, evidence }: RolloutCommit, measured: string): string =>
  [
    ...(measured === '' ? [] : [`${INDENT}measured: ${measured}`]),
    `  ${id.slice(0, 7)}    ${subject}`,
    ...evidence.map((sentence) => `${INDENT}because ${sentence}`),
  ].join('\n')

const INDENT = ' '.repeat(13)

/** What the pods of both tracks have counted since the commit before. */
function measured({ store }: Stage, window: Parameters<MetricStore['counts']>[1]): string {
  const stable = store.counts('checkout', window)
  const canary = store.counts('checkout-canary', window)
  const all = stable.total + canary.total
  if (all === 0) return ''
  const failed = ({ total, bad }: Counts) => `${percent(bad, total)} of them failed`
  const onStable = `${all} payments`
  if (canary.total === 0) return `${onStable}, ${failed(stable)}`
  const share = `${percent(canary.total, all)} of ${onStable} went to the canary, ${failed(canary)}`
  return stable.total === 0 ? share : `${share}; on stable ${percent(stable.bad, stable.total)}`
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`

function assertEnd(
  commits: readonly RolloutCommit[],
  { cluster }: Stage,
  { action, version }: { readonly action: string; readonly version: string },
): void {
  const versions = new Set(cluster.pods().map(({ pod }) => pod.template.version))
  if (commits.at(-1)?.action === action && versions.has(version)) return
  const said = commits.map(({ subject }) => subject).join('\n')
  throw new DemoStepError(`release, which ends with ${action}`, said)
}
