import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KubernetesObject, readManifests } from '../manifests/index.ts'
import { type Contestant, interleave } from './measure.ts'
import { assertSameObjects, readObjects } from './rendered-objects.ts'
import type { Group } from './report.ts'
import {
  prepareWorkspace,
  writeHelmChart,
  writeHelmValues,
  writePlainObjects,
  writePlusObjects,
} from './rival-inputs.ts'
import { helm, installLockstep, installRivals, OUTPUT, say } from './rivals.ts'
import { summarize } from './statistics.ts'

export const REFERENCE = 'helm template'
export const LOCKSTEP = 'lockstep: node app.ts'

export interface BenchSynthProps {
  readonly sizes: readonly number[]
  readonly rounds: number
}

/** Times a synth of the same services by Lockstep and its rivals, as whole processes. */
export function benchSynth({ sizes, rounds }: BenchSynthProps): readonly Group[] {
  installRivals()
  installLockstep()
  const folders = prepareInputs()
  say(`Outputs go to ${OUTPUT}`)
  return sizes.map((services) => {
    say(`${services} services`)
    writeHelmValues(folders.chart, services)
    const contestants = contestantsOf(folders, services)
    const objects = assertEqualOutput(contestants)
    return {
      title: `${services} services, ${objects} objects, ${rounds} rounds`,
      size: services,
      reference: REFERENCE,
      results: summarize(interleave(contestants, rounds), REFERENCE),
    }
  })
}

interface Folders {
  readonly lockstep: string
  readonly cdk8s: string
  readonly official: string
  readonly chart: string
}

/** What one service is, Lockstep decides; the others get it in the form that they like. */
function prepareInputs(): Folders {
  const lockstep = prepareWorkspace('lockstep')
  writeFileSync(join(lockstep, 'cdk8s.yaml'), 'language: typescript\napp: node app.ts\n')
  run(['node', 'app.ts'], { cwd: lockstep, env: { SERVICES: '1' } })
  const objects = readObjects(join(lockstep, 'dist'))
  const folders = {
    lockstep,
    cdk8s: prepareWorkspace('cdk8s'),
    official: prepareWorkspace('official'),
    chart: writeHelmChart(objects),
  }
  writePlainObjects(folders.cdk8s, objects)
  writePlusObjects(folders.official, objects)
  return folders
}

function contestantsOf(folders: Folders, services: number): readonly Contestant[] {
  const output = join(OUTPUT, 'dist')
  const env = { SERVICES: String(services), CDK8S_OUTDIR: output }
  const empty = () => rmSync(output, { recursive: true, force: true })
  const lockstep = { cwd: folders.lockstep, env }
  const chart = { cwd: folders.chart, before: empty }
  const cli = 'node_modules/lockstep/cli/main.js'
  return [
    { name: LOCKSTEP, command: ['node', 'app.ts'], ...lockstep, before: empty },
    {
      name: 'lockstep synth',
      command: ['node', cli, 'synth', '--output', output],
      ...lockstep,
      before: empty,
    },
    {
      name: 'lockstep: nothing changed',
      command: ['node', 'app.ts'],
      ...lockstep,
      before: () => run(['node', 'app.ts'], lockstep),
    },
    { name: REFERENCE, command: [helm(), 'template', 'shop', '.'], ...chart },
    {
      name: 'helm template --output-dir',
      command: [helm(), 'template', 'shop', '.', '--output-dir', output],
      ...chart,
    },
    {
      name: 'cdk8s: node app.ts, one chart',
      command: ['node', 'app.ts'],
      cwd: folders.cdk8s,
      env,
      before: empty,
    },
    {
      name: 'cdk8s: official template, one chart',
      command: ['npx', 'cdk8s', 'synth', '--output', output],
      cwd: folders.official,
      env,
      before: empty,
    },
  ]
}

/** Runs each once and compares what came out. Returns how many objects there are. */
function assertEqualOutput(contestants: readonly Contestant[]): number {
  let expected: readonly KubernetesObject[] | undefined
  for (const { name, command, cwd, env, before } of contestants) {
    before?.()
    const printed = run(command, { cwd, ...(env !== undefined && { env }) })
    const objects =
      name === REFERENCE
        ? readManifests(printed, name).flatMap(({ object }) => object ?? [])
        : readObjects(join(OUTPUT, 'dist'))
    expected ??= objects
    assertSameObjects(name, objects, expected)
  }
  return expected?.length ?? 0
}

function run(
  [program = '', ...args]: readonly string[],
  { cwd, env }: Pick<Contestant, 'cwd' | 'env'>,
): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
    env: { ...process.env, CDK8S_CHECK_UPGRADE: 'false', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
