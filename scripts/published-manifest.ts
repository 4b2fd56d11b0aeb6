/** `package.json` of this repository, as far as it is published. */
export interface SourceManifest {
  readonly exports: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** Fields that mean the same to a user as to this repository. The others do not leave it. */
const COPIED = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'type',
  'engines',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependencies',
] as const

/** The folders that are built and published. */
export const PUBLISHED_FOLDERS = [
  'manifests',
  'checks',
  'rollouts',
  'kubernetes',
  'leases',
  'functions',
  'constructs',
  'gitops',
  'reconciler',
  'images',
  'cli',
  'chunks',
] as const

/**
 * The `package.json` that is published: what is exported here as `.ts` is exported there as `.js`
 * with its types, under the same keys.
 *
 * @throws {TypeError} if something is exported that the build does not write
 */
export function publishedManifest(source: SourceManifest): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(
      COPIED.filter((field) => source[field] !== undefined).map((field) => [field, source[field]]),
    ),
    // Said here, since an app that is run by itself writes into the same folder.
    files: PUBLISHED_FOLDERS,
    exports: mapValues(source.exports, publishedExport),
    bin: mapValues(source.bin, compiled),
  }
}

function publishedExport(target: string): string | { types: string; default: string } {
  if (target.endsWith('.json')) return target
  const script = compiled(target)
  return { types: script.replace(/\.js$/, '.d.ts'), default: script }
}

function compiled(target: string): string {
  if (!target.endsWith('.ts')) throw new TypeError(`The build writes nothing for '${target}'`)
  return target.replace(/\.ts$/, '.js')
}

const mapValues = <In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
