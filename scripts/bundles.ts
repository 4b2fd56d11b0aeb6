import { join, resolve } from 'node:path'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'

const ROOT = resolve(import.meta.dirname, '..')

/** A program that is deployed as one file, with all that it needs in it. */
export interface Bundle {
  /** Called `<name>.mjs`. */
  readonly name: string
  readonly entry: string
  /** Whether Node is there to import from. */
  readonly platform: 'node' | 'browser'
}

export const BUNDLES = {
  /** What the image runs, which runs one of the others. */
  lockstep: { name: 'lockstep', entry: 'cli/image-main.ts', platform: 'node' },
  /** Locks by HTTP, in a cluster. */
  serve: { name: 'serve', entry: 'cli/serve-main.ts', platform: 'node' },
  /** The same, and rollouts beside them. */
  serveRollouts: {
    name: 'serve-rollouts',
    entry: 'cli/serve-rollouts-main.ts',
    platform: 'node',
  },
  /** The sidecar of elected services and of jobs with a lock. */
  elect: { name: 'elect', entry: 'cli/elect-main.ts', platform: 'node' },
  /** The code of a function of AWS Lambda, whose handler is `lambda.handler`. */
  lambda: { name: 'lambda', entry: 'functions/lambda-main.ts', platform: 'node' },
  /** The module of a Worker of Cloudflare. */
  workers: { name: 'workers', entry: 'functions/workers.ts', platform: 'browser' },
  /** Rollouts as a function of AWS Lambda, whose handler is `lambda-rollouts.handler`. */
  lambdaRollouts: {
    name: 'lambda-rollouts',
    entry: 'functions/lambda-rollouts-main.ts',
    platform: 'node',
  },
  /** Rollouts as a Worker of Cloudflare. */
  workersRollouts: {
    name: 'workers-rollouts',
    entry: 'functions/workers-rollouts.ts',
    platform: 'browser',
  },
} as const satisfies Readonly<Record<string, Bundle>>

export interface WrittenBundle {
  readonly file: string
  /** Files that parts of are in it, ours from the root of the repository, all others absolute. */
  readonly modules: readonly string[]
  /** What it imports still. */
  readonly imports: readonly string[]
}

/**
 * A start reads the whole file, most of which it never calls. What functions and classes are called
 * stays: stacks in logs have it.
 */
const MINIFY = {
  compress: { keepNames: { function: true, class: true } },
  mangle: { keepNames: true },
} as const

/**
 * The library for schemas hands on its messages in all languages as one object, so that nothing takes
 * them out: a fifth of a bundle. English, which is spoken here, it has apart from them.
 */
const WITHOUT_LANGUAGES: Plugin = {
  name: 'without-languages',
  load: { filter: { id: /\/zod\/v4\/locales\/index\.js$/ }, handler: () => 'export {}' },
}

/** Writes a bundle into a folder. */
export async function writeBundle(
  { name, entry, platform }: Bundle,
  folder: string,
): Promise<WrittenBundle> {
  const build = await rolldown({
    input: { [name]: join(ROOT, entry) },
    platform,
    external: /^node:/,
    plugins: [WITHOUT_LANGUAGES],
  })
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    codeSplitting: false,
    minify: MINIFY,
  })
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk')
  const [chunk, ...others] = chunks
  if (chunk === undefined || others.length > 0) {
    throw new TypeError(`The bundle ${name} is ${chunks.length} files, not one`)
  }
  const modules = Object.entries(chunk.modules)
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .map(([id]) => (id.startsWith(`${ROOT}/`) ? id.slice(ROOT.length + 1) : id))
  return {
    file: join(folder, chunk.fileName),
    modules,
    // What it comes to later is in it as well, for which it is listed itself.
    imports: [...chunk.imports, ...chunk.dynamicImports].filter((name) => name !== chunk.fileName),
  }
}
