import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cachedBinary } from './binary-cache.ts'
import {
  API_PROGRAMS,
  type ApiBinaries,
  type Binaries,
  PROGRAMS,
  type Program,
} from './programs.ts'

interface None {
  readonly kind: 'none'
  readonly reason: string
}

/** What a test run uses as its cluster. */
export type ClusterChoice =
  | { readonly kind: 'kubeconfig'; readonly file: string }
  | { readonly kind: 'binaries'; readonly binaries: ApiBinaries }
  | None

/** What a test run uses as its cluster with nodes, whose nodes are there to be lost. */
export type NodesChoice = { readonly kind: 'binaries'; readonly binaries: Binaries } | None

/** A cluster that is named wins over binaries that are named, and these over what was built. */
export function chooseCluster(env: NodeJS.ProcessEnv = process.env): ClusterChoice {
  const file = env.LOCKSTEP_TEST_KUBECONFIG
  if (file) return { kind: 'kubeconfig', file }
  return env.KUBEBUILDER_ASSETS
    ? named<ApiBinaries>(API_PROGRAMS, env.KUBEBUILDER_ASSETS)
    : built<ApiBinaries>(API_PROGRAMS, env)
}

/**
 * Always one of our own: no cluster that is there for something else loses its nodes. From a folder
 * of binaries only if all are there, so that none meets one of another version; many such folders
 * have an API server and nothing that controls.
 */
export function chooseClusterWithNodes(env: NodeJS.ProcessEnv = process.env): NodesChoice {
  const fromCache = built<Binaries>(PROGRAMS, env)
  if (!env.KUBEBUILDER_ASSETS) return fromCache
  const fromAssets = named<Binaries>(PROGRAMS, env.KUBEBUILDER_ASSETS)
  if (fromAssets.kind === 'binaries' || fromCache.kind === 'binaries') {
    return fromAssets.kind === 'binaries' ? fromAssets : fromCache
  }
  return { kind: 'none', reason: `${fromAssets.reason}; ${fromCache.reason}` }
}

type Choice<Paths> = { readonly kind: 'binaries'; readonly binaries: Paths } | None

type Wanted<Paths> = readonly (Program & { readonly name: keyof Paths & string })[]

function built<Paths>(programs: Wanted<Paths>, env: NodeJS.ProcessEnv): Choice<Paths> {
  return existing(
    programs,
    (program) => cachedBinary(program, env),
    (missing) => `${missing.join(' and ')} not built yet: run \`npm run control-plane\``,
  )
}

function named<Paths>(programs: Wanted<Paths>, folder: string): Choice<Paths> {
  return existing(
    programs,
    ({ name }) => join(folder, name),
    (missing) => `KUBEBUILDER_ASSETS (${folder}) has no ${missing.join(' and no ')}`,
  )
}

function existing<Paths>(
  programs: Wanted<Paths>,
  pathOf: (program: Program) => string,
  describe: (missing: readonly string[]) => string,
): Choice<Paths> {
  const paths = programs.map((program) => [program.name, pathOf(program)] as const)
  const missing = paths.filter(([, path]) => !existsSync(path)).map(([name]) => name)
  return missing.length === 0
    ? { kind: 'binaries', binaries: Object.fromEntries(paths) as Paths }
    : { kind: 'none', reason: describe(missing) }
}
