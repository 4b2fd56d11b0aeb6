import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubernetesObject } from '../manifests/index.ts'
import type { Measurement, Measurements } from './measure.ts'
import { readObjects } from './rendered-objects.ts'
import type { Bar, Group } from './report.ts'
import { prepareWorkspace } from './rival-inputs.ts'
import { installLockstep, installRivals, OUTPUT, say } from './rivals.ts'
import { summarize } from './statistics.ts'

const SCHEMA = 'strict schema check'

/** What is checked, and what bench/contestants/check calls it. */
const CHECKS = {
  [SCHEMA]: 'schema',
  'rules that fail a synth, schema included': 'errors',
  'all rules, schema included': 'all',
} as const

export interface BenchCheckProps {
  /** Numbers of objects. */
  readonly sizes: readonly number[]
  readonly rounds: number
}

/**
 * Times the first look at some objects, in a process of its own each time: after the schemas are
 * loaded and the objects read, and before the runtime has compiled anything for speed.
 */
export function benchCheck({ sizes, rounds }: BenchCheckProps): readonly Group[] {
  installRivals()
  installLockstep()
  const workspace = prepareWorkspace('check')
  const all = objectsOf(Math.max(...sizes))
  mkdirSync(OUTPUT, { recursive: true })
  return sizes.map((size) => {
    say(`${size} objects`)
    const path = join(OUTPUT, 'objects.json')
    writeFileSync(path, JSON.stringify(all.slice(0, size)))
    return {
      title: `${size} objects, ${rounds} rounds`,
      size,
      reference: SCHEMA,
      results: summarize(interleaved(workspace, path, rounds), SCHEMA),
    }
  })
}

/** Deployment, Service, autoscaler, budget, account and network policy. */
const OBJECTS_PER_SERVICE = 6

function objectsOf(size: number): readonly KubernetesObject[] {
  const workspace = prepareWorkspace('lockstep')
  const env = { ...process.env, SERVICES: String(Math.ceil(size / OBJECTS_PER_SERVICE)) }
  execFileSync(process.execPath, ['app.ts'], { cwd: workspace, env, stdio: 'ignore' })
  return readObjects(join(workspace, 'dist'))
}

/** One check after the other, round by round; the first round does not count. */
function interleaved(workspace: string, path: string, rounds: number): Measurements {
  const names = Object.keys(CHECKS) as (keyof typeof CHECKS)[]
  const measurements = new Map<string, Measurement[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const printed = execFileSync(process.execPath, ['measure.ts', CHECKS[name], path], {
        cwd: workspace,
        encoding: 'utf8',
      })
      if (round > 0) measurements.get(name)?.push(JSON.parse(printed) as Measurement)
    }
  }
  return measurements
}

/**
 * The promise is for 4,000 objects. Told by processor time of the thread that checks, which is what a
 * clock on the wall shows where nothing else runs.
 */
export function checkBars(groups: readonly Group[]): readonly Bar[] {
  return groups.flatMap(({ size, results }) => {
    const schema = results.find(({ name }) => name === SCHEMA)
    if (size !== 4000 || schema === undefined) return []
    return {
      promise: `strict schema check of ${size} objects, first pass: at most 0.050 s`,
      measured: `${schema.cpuSeconds.median.toFixed(3)} s of processor time`,
      isMet: schema.cpuSeconds.median <= 0.05,
    }
  })
}
