import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { dnsLabelProblem } from '../manifests/names.ts'
import type { Rendering } from '../manifests/rendering.ts'
import { finishInterrupted, isStagingFolder, stage, stagingFolder, swap } from './staging-folder.ts'

/** Lists the folders below the output folder that synth wrote and may therefore replace. */
const MARKER = '.lockstep.json'

export interface WriteOutputFolderProps {
  /** Folder against which a relative `output` is resolved. */
  readonly root: string
  /** Folder to write into. */
  readonly output: string
  readonly renderings: readonly Rendering[]
  /**
   * Whether environments that are not among `renderings` stay as they are.
   *
   * @default false
   */
  readonly partial?: boolean
}

/**
 * Writes each environment into a folder of its own below the output folder, all or nothing: files
 * go to a staging folder first, which then takes the place of the old one. Whatever else lies in the
 * output folder is left alone.
 *
 * @throws {OutputFolderError} if it cannot be written, or would replace what synth did not write
 */
export function writeOutputFolder({
  root,
  output,
  renderings,
  partial = false,
}: WriteOutputFolderProps): void {
  const folder = resolve(root, output)
  assertOwnable(folder, root)
  try {
    replaceEnvironments(folder, renderings, partial)
  } catch (error) {
    sweep(folder)
    if (error instanceof OutputFolderError) throw error
    throw new OutputFolderError(
      folder,
      (error as Error).message,
      (error as NodeJS.ErrnoException).code === 'ENOSPC'
        ? 'Free space on the disk and run again'
        : 'Make it a folder that you may write, or choose another one with --output',
      { cause: error },
    )
  }
}

function replaceEnvironments(
  folder: string,
  renderings: readonly Rendering[],
  partial: boolean,
): void {
  makeFolder(folder)
  finishInterrupted(folder)
  const owned = readMarker(folder)
  const names = renderings.map(({ environment }) => environment)
  for (const name of names) assertOwned(folder, name, owned)
  const staging = stagingFolder(folder)
  const changed = renderings.filter(
    (rendering) => !isCurrent(join(folder, rendering.environment), rendering),
  )
  for (const rendering of changed) stage(staging, rendering)
  // Claimed before the swap: a folder that is claimed and not there yet can only be written.
  writeMarker(folder, staging, [...new Set([...owned, ...names])])
  for (const { environment } of changed) swap(folder, staging, environment)
  if (!partial) {
    for (const name of owned) if (!names.includes(name)) remove(folder, name)
    writeMarker(folder, staging, names)
  }
  rmSync(staging, { recursive: true, force: true })
}

/** The output folder could not be written. What was in it before is still there. */
export class OutputFolderError extends Error {
  override readonly name = 'OutputFolderError'
  readonly code = 'OUTPUT_FOLDER'
  readonly remedy: string

  constructor(folder: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Cannot write into ${folder}: ${problem}`, options)
    this.remedy = remedy
  }
}

/**
 * Outside of the project, and at its top, others keep what is theirs: only a folder that is empty,
 * or that synth wrote before, is one to write into.
 */
function assertOwnable(folder: string, root: string): void {
  const path = relative(root, folder)
  const isInside = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
  if (isInside || isFree(folder)) return
  throw new OutputFolderError(
    folder,
    'it is outside of the project, holds something already, and was not written by synth',
    'Choose an empty folder with --output, or one inside of the project',
  )
}

function isFree(folder: string): boolean {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return true
  const names = readdirSync(folder)
  return names.length === 0 || names.some((name) => name === MARKER || isStagingFolder(name))
}

/** One by one: where one cannot be made, as below /proc, Node's own way to make all may never end. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}

function remove(folder: string, environment: string): void {
  rmSync(join(folder, environment), { recursive: true, force: true })
}

/** Tidies up after a failure. What is wrong with the folder has been said already. */
function sweep(folder: string): void {
  try {
    finishInterrupted(folder)
  } catch {
    // The next run tries again.
  }
}

/** Comparing 1,000 files costs a tenth of writing them, and leaves their times alone. */
function isCurrent(folder: string, { files }: Rendering): boolean {
  if (!existsSync(folder)) return false
  const present = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  )
  if (present.length !== files.length) return false
  return files.every(({ path, text }) => {
    // Not joined, as when it was written.
    const target = `${folder}/${path}`
    return existsSync(target) && readFileSync(target, 'utf8') === text
  })
}

function assertOwned(folder: string, environment: string, owned: readonly string[]): void {
  if (owned.includes(environment) || !existsSync(join(folder, environment))) return
  throw new OutputFolderError(
    folder,
    `'${environment}' is there and was not written by synth`,
    `Move it away, or choose another folder with --output`,
  )
}

function readMarker(folder: string): readonly string[] {
  const path = join(folder, MARKER)
  if (!existsSync(path)) return []
  try {
    const { environments } = JSON.parse(readFileSync(path, 'utf8')) as { environments?: unknown }
    if (Array.isArray(environments) && environments.every(isEnvironmentName)) return environments
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new OutputFolderError(
    folder,
    `${MARKER} is not what synth writes`,
    'Delete that file and the folders that synth wrote',
  )
}

/** What is listed may be deleted, so nothing may be listed that lies elsewhere. */
const isEnvironmentName = (name: unknown): name is string =>
  typeof name === 'string' && dnsLabelProblem(name) === undefined

/** Never written in place: a full disk would leave it empty. */
function writeMarker(folder: string, staging: string, environments: readonly string[]): void {
  const staged = join(staging, MARKER)
  mkdirSync(staging, { recursive: true })
  writeFileSync(staged, `${JSON.stringify({ environments: [...environments].sort() })}\n`)
  renameSync(staged, join(folder, MARKER))
}
