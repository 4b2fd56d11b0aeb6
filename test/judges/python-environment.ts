import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../control-plane/binary-cache.ts'
import type { PythonProgram } from './python-programs.ts'

const run = promisify(execFile)

/** What all requirements are compiled for. */
const OLDEST_PYTHON = '3.11'

/** It could not be installed: no Python, an old one, no network, a full disk. */
export class PythonInstallError extends Error {
  override readonly name = 'PythonInstallError'
  readonly code = 'PYTHON_INSTALL'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}

/**
 * A folder of the user's cache with a virtual environment in which a program and all that it needs is
 * installed, at the versions and checksums of its `requirements.txt`.
 */
export class PythonEnvironment {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly #program: PythonProgram

  constructor(program: PythonProgram, env = process.env) {
    const { name, packageName } = program
    const requirements = readFileSync(requirementsOf(program), 'utf8')
    this.#program = program
    this.name = name
    this.version = versionOf(packageName, requirements)
    const fingerprint = createHash('sha256').update(requirements).digest('hex').slice(0, 12)
    const key = `${packageName}-${this.version}-${fingerprint}-${process.platform}-${process.arch}`
    this.folder = join(cacheFolder(env), 'judges', key)
  }

  /** Whether it is there and its Python still is, which is the machine's and may have been replaced. */
  async isInstalled(): Promise<boolean> {
    try {
      await run(pythonOf(this.folder), ['-c', `import ${this.#program.packageName}`])
      return true
    } catch (error) {
      if (!isFailedProcess(error)) throw error
      return false
    }
  }

  /** @throws {PythonInstallError} */
  async install(): Promise<void> {
    await requirePython(this.name)
    // Renamed when it is whole: whatever ends this process, half of it never counts as installed.
    const partial = `${this.folder}.${process.pid}.partial`
    await mkdir(dirname(this.folder), { recursive: true })
    try {
      await step('Making a virtual environment', 'python3', ['-m', 'venv', partial])
      await step(`Installing ${this.name}`, pythonOf(partial), [
        ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
        // Wheels alone: nothing that is downloaded runs while it is being installed.
        ...[
          '--require-hashes',
          '--only-binary',
          ':all:',
          '--requirement',
          requirementsOf(this.#program),
        ],
      ])
      await rm(this.folder, { recursive: true, force: true })
      await rename(partial, this.folder)
    } finally {
      await rm(partial, { recursive: true, force: true })
    }
  }

  /** Runs it. The module and not its script, whose first line has the path before the renaming. */
  get command(): readonly [string, ...string[]] {
    return [pythonOf(this.folder), '-m', this.#program.module]
  }
}

const requirementsOf = ({ packageName }: PythonProgram): string =>
  join(import.meta.dirname, packageName, 'requirements.txt')

function versionOf(packageName: string, requirements: string): string {
  const line = requirements.split('\n').find((line) => line.startsWith(`${packageName}==`))
  return /==([^\s;]+)/.exec(line ?? '')?.[1] ?? 'unknown'
}

const pythonOf = (folder: string): string =>
  process.platform === 'win32'
    ? join(folder, 'Scripts', 'python.exe')
    : join(folder, 'bin', 'python')

async function requirePython(name: string): Promise<void> {
  const script = 'import sys; print("%d.%d" % sys.version_info[:2])'
  const remedy = `Install Python ${OLDEST_PYTHON} or newer with its venv module`
  let found: string
  try {
    found = (await run('python3', ['-c', script])).stdout.trim()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    const message = `${name} runs on Python, and this machine has no 'python3' on its PATH`
    throw new PythonInstallError(message, remedy, { cause })
  }
  if (Number(found.split('.')[1]) < Number(OLDEST_PYTHON.split('.')[1])) {
    const message = `${name} runs on Python ${OLDEST_PYTHON} or newer, and this machine has ${found}`
    throw new PythonInstallError(message, remedy)
  }
}

async function step(what: string, program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args)
  } catch (cause) {
    if (!isFailedProcess(cause)) throw cause
    const lines = `${cause.stderr}\n${cause.stdout}`
      .split('\n')
      .filter((line) => line.trim() !== '')
    throw new PythonInstallError(
      `${what} failed: ${lines.slice(0, 3).join(' / ') || 'no output'}`,
      'Mend that and run the command again',
      { cause },
    )
  }
}

/** A process that ended badly, or could not be started. */
const isFailedProcess = (error: unknown): error is Error & { stdout: string; stderr: string } =>
  error instanceof Error && 'stderr' in error
