import { type CheckedObject, checkObjects } from '../checks/check-objects.ts'
import { compareFindings } from '../checks/compare-findings.ts'
import { everyRule } from '../checks/every-rule.ts'
import type { Finding } from '../checks/finding.ts'
import { simulateFailures } from '../checks/simulate-failures.ts'
import type { Rendering } from '../manifests/rendering.ts'
import type { CheckOutcome, CheckSettings } from './check-outcome.ts'
import { concerns, withEnvironment } from './finding-environment.ts'
import { readProjectConfig } from './project-config.ts'
import { selectEnvironments } from './select-environments.ts'
import { synthesize } from './synthesize.ts'
import { targetVersions } from './target-versions.ts'
import type { Terminal } from './terminal.ts'

export interface CheckAppsProps extends CheckSettings {
  readonly app?: string
  readonly env?: readonly string[]
}

/** Runs the app definitions and checks what they make for each environment. */
export async function checkApps(props: CheckAppsProps, terminal: Terminal): Promise<CheckOutcome> {
  const versions = targetVersions(props.targetVersions)
  const app = props.app ?? readProjectConfig(terminal.cwd).app
  const { renderings, findings } = await synthesize({ app, detail: 'origins', terminal })
  const selected = selectEnvironments(renderings, props.env)
  const found = selected.flatMap((rendering) =>
    checkRendering(rendering, versions ?? ownVersions(rendering), props.external),
  )
  const ofSynth = foundBySynthOnly(findings, renderings)
    .map((finding) => withEnvironment(finding, renderings))
    .filter((finding) => concerns(finding, selected))
  return {
    findings: [...found, ...ofSynth].sort(compareFindings),
    objects: selected.reduce((sum, rendering) => sum + objectsOf(rendering).length, 0),
    baselined: 0,
    simulations: selected.map((rendering) => ({
      environment: rendering.environment,
      simulation: simulateFailures(
        objectsOf(rendering).map(({ object }) => object),
        rendering.zones === undefined ? {} : { zones: rendering.zones },
      ),
    })),
  }
}

const ownVersions = ({ targetVersion }: Rendering): readonly string[] =>
  targetVersion === undefined ? [] : [targetVersion]

const objectsOf = ({ files }: Rendering): readonly CheckedObject[] =>
  files.flatMap(({ object, origin }) =>
    object === undefined ? [] : [origin === undefined ? { object } : { object, origin }],
  )

const checkRendering = (
  rendering: Rendering,
  versions: readonly string[],
  external: readonly string[] = [],
): Finding[] =>
  checkObjects(objectsOf(rendering), {
    rules: everyRule,
    environment: rendering.environment,
    targetVersions: versions,
    ...(rendering.zones !== undefined && { zones: rendering.zones }),
    external: [...(rendering.external ?? []), ...external],
  })

/**
 * What only the tree of constructs can know: wrong options, and states that an app will be in
 * although nobody writes them. All else synth found for the versions of each environment, and it is
 * found again here for those that were asked for.
 */
function foundBySynthOnly(
  findings: readonly Finding[],
  renderings: readonly Rendering[],
): Finding[] {
  const again = new Set(
    renderings.flatMap((rendering) => checkRendering(rendering, ownVersions(rendering))).map(keyOf),
  )
  return findings.filter((finding) => !again.has(keyOf(finding)))
}

const keyOf = ({ rule, object, field = '', message }: Finding): string =>
  JSON.stringify([rule, object, field, message])
