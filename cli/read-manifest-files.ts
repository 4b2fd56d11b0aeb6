import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { CheckedObject } from '../checks/check-objects.ts'
import { at, items } from '../manifests/fields.ts'
import { groupOf } from '../manifests/identity.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'

export interface ReadManifestFilesProps {
  /** Files and folders, relative to `cwd`; `-` is the input. */
  readonly paths: readonly string[]
  readonly cwd: string
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<string>
}

export interface ManifestFiles {
  readonly objects: readonly CheckedObject[]
  readonly skipped: SkippedFiles
}

/** Files that were looked at and hold nothing to check. */
export interface SkippedFiles {
  /** Neither Kubernetes objects nor meant to be: values, charts, kustomizations, pipelines. */
  readonly noManifests: number
  /** Helm templates, which are manifests only after `helm template`. */
  readonly templates: number
  /** Parts of objects that kustomize merges into others. */
  readonly patches: number
}

/**
 * Reads plain manifests of whoever wrote them: multi-document YAML, JSON, lists, the output of Helm
 * and kustomize. Folders are searched for `.yaml`, `.yml` and `.json`, hidden ones left out.
 *
 * @throws {UnreadablePathsError} with all paths that cannot be read
 */
export async function readManifestFiles({
  paths,
  cwd,
  readInput,
}: ReadManifestFilesProps): Promise<ManifestFiles> {
  const problems: string[] = []
  const found = await findFiles(paths, cwd, problems)
  const files = await Promise.all(
    found.map(async (file) => ({
      ...file,
      content: await read(file.path, readInput, problems),
      name: file.path === '-' ? '<stdin>' : relative(cwd, file.path).replaceAll('\\', '/'),
    })),
  )
  const patches = new Set(files.flatMap(patchesOf))
  const results = files.map((file) =>
    patches.has(file.path) ? 'patches' : readObjects(file, problems),
  )
  if (problems.length > 0) throw new UnreadablePathsError(problems)
  const count = (reason: keyof SkippedFiles): number => results.filter((it) => it === reason).length
  return {
    objects: results.flatMap((objects) => (typeof objects === 'string' ? [] : objects)),
    skipped: {
      noManifests: count('noManifests'),
      templates: count('templates'),
      patches: count('patches'),
    },
  }
}

interface ManifestFile extends FoundFile {
  readonly content: string
  /** As it is told to people. */
  readonly name: string
}

/** The content of a file; empty if it cannot be read, which is a problem. */
async function read(
  path: string,
  readInput: ReadManifestFilesProps['readInput'],
  problems: string[],
): Promise<string> {
  if (path === '-') return readInput()
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (!isSystemError(error)) throw error
    problems.push(`${path}: ${error.code}`)
    return ''
  }
}

/** The objects of a file, or why it has none. */
function readObjects(
  { content, name, isNamed }: ManifestFile,
  problems: string[],
): readonly CheckedObject[] | keyof SkippedFiles {
  // Most files of a repository can be told from manifests without reading them as YAML.
  const mentionsObject = content.includes('apiVersion') && content.includes('kind')
  if (!isNamed && !mentionsObject) return 'noManifests'
  try {
    const objects = readManifests(content, name).flatMap(({ value, line, object }) => {
      const found = object ?? nameless(value)
      if (found === undefined || isNeverApplied(found)) return []
      return { object: found, origin: { file: name, line } }
    })
    return objects.length === 0 ? 'noManifests' : objects
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    if (content.includes('{{')) return 'templates'
    problems.push(error.message)
    return []
  }
}

/** Some of what was to be checked cannot be read. */
export class UnreadablePathsError extends Error {
  override readonly name = 'UnreadablePathsError'
  readonly code = 'UNREADABLE_PATHS'
  readonly problems: readonly string[]
  readonly remedy = 'Correct them, or name other paths; nothing was checked'

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `Cannot read ${problems[0]}`
        : `Cannot read ${problems.length} files\n${problems.map((problem) => `    ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}

interface FoundFile {
  readonly path: string
  /** Whether somebody asked for this very file. */
  readonly isNamed: boolean
}

async function findFiles(
  paths: readonly string[],
  cwd: string,
  problems: string[],
): Promise<FoundFile[]> {
  const found = await Promise.all(
    paths.map(async (given): Promise<FoundFile[]> => {
      if (given === '-') return [{ path: '-', isNamed: true }]
      const path = resolve(cwd, given)
      try {
        if ((await stat(path)).isDirectory()) {
          return (await filesBelow(path)).map((file) => ({ path: file, isNamed: false }))
        }
        return [{ path, isNamed: true }]
      } catch (error) {
        if (!isSystemError(error)) throw error
        problems.push(
          `${given}: ${error.code === 'ENOENT' ? 'no such file or folder' : error.code}`,
        )
        return []
      }
    }),
  )
  return [...new Map(found.flat().map((file) => [file.path, file])).values()]
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const paths = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return filesBelow(path)
        return /\.(ya?ml|json)$/i.test(entry.name) && (await isFile(path, entry)) ? [path] : []
      }),
  )
  return paths.flat()
}

/** Follows links to files; those to folders may lead in circles, and those to nothing nowhere. */
async function isFile(
  path: string,
  entry: { isFile(): boolean; isSymbolicLink(): boolean },
): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (isSystemError(error)) return false
    throw error
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && 'syscall' in error

/** What says that it is an object and forgot its name, so that a rule can say so. */
function nameless(value: unknown): KubernetesObject | undefined {
  if (!isRecord(value)) return undefined
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined
  return {
    ...value,
    apiVersion,
    kind,
    metadata: { ...(isRecord(metadata) ? metadata : {}), name: '' },
  }
}

/** Kustomizations, and the plans and records on a deploy branch, look like objects and are none. */
const isNeverApplied = ({ apiVersion }: KubernetesObject): boolean =>
  ['lockstep.dev', 'kustomize.config.k8s.io'].includes(groupOf(apiVersion))

/** Files that a kustomization merges into other objects; alone they are not whole. */
function patchesOf({ path, content }: ManifestFile): string[] {
  if (!/^kustomization\.ya?ml$/i.test(basename(path))) return []
  try {
    return readManifests(content, path).flatMap(({ value }) =>
      [
        ...items(at(value, 'patches')).map((patch) => at(patch, 'path')),
        ...items(at(value, 'patchesJson6902')).map((patch) => at(patch, 'path')),
        ...items(at(value, 'patchesStrategicMerge')),
      ].flatMap((patch) => (typeof patch === 'string' ? resolve(dirname(path), patch) : [])),
    )
  } catch (error) {
    // The file is read again as a manifest, and what is wrong with it is said then.
    if (error instanceof UnreadableManifestError) return []
    throw error
  }
}
