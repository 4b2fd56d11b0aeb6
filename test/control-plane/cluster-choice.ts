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

  const assets = env.KUBEBUILDER_ASSETS
  if (!assets) return built<ApiBinaries>(API_PROGRAMS, env)
  const paths = API_PROGRAMS.map(({ name }) => [name, join(assets, name)] as const)
  const missing = paths.find(([, path]) => !existsSync(path))
  return missing === undefined
    ? { kind: 'binaries', binaries: Object.fromEntries(paths) as ApiBinaries }
    : { kind: 'none', reason: `KUBEBUILDER_ASSETS has no ${missing[0]}: ${missing[1]}` }
}

/** Always one of our own: no cluster that is there for something else loses its nodes. */
export const chooseClusterWithNodes = (env: NodeJS.ProcessEnv = process.env): NodesChoice =>
  built<Binaries>(PROGRAMS, env)

function built<Paths>(
  programs: readonly (Program & { readonly name: keyof Paths & string })[],
  env: NodeJS.ProcessEnv,
): { readonly kind: 'binaries'; readonly binaries: Paths } | None {
  const paths = programs.map((program) => [program.name, cachedBinary(program, env)] as const)
  const missing = paths.filter(([, path]) => !existsSync(path)).map(([name]) => name)
  if (missing.length === 0)
    return { kind: 'binaries', binaries: Object.fromEntries(paths) as Paths }
  const reason = `${missing.join(' and ')} not built yet: run \`npm run control-plane\``
  return { kind: 'none', reason }
}
