import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Finding } from '../checks/finding.ts'
import { readReports } from '../constructs/read-synthesis-report.ts'
import type { Synthesis } from '../constructs/synthesis.ts'
import {
  DETAIL_VARIABLE,
  REPORT_VARIABLE,
  type ReportDetail,
} from '../constructs/synthesis-report.ts'
import { AppFailedError } from './app-failed-error.ts'
import { compileCacheFolder } from './compile-cache.ts'
import type { Terminal } from './terminal.ts'

export interface SynthesizeProps {
  /** Shell command that runs the app definitions. */
  readonly app: string
  /** What the caller needs to know; the app is slower the more it is. */
  readonly detail: ReportDetail
  readonly terminal: Pick<Terminal, 'cwd' | 'env' | 'err' | 'signal'>
}

/**
 * Runs the app definitions in a process of their own and brings back what they synthesized.
 *
 * @throws {AppFailedError} if the process failed for another reason than findings
 * @throws {ReportVersionError}
 * @throws {TemporaryFolderError}
 */
export async function synthesize({ app, detail, terminal }: SynthesizeProps): Promise<Synthesis> {
  const folder = await temporaryFolder()
  try {
    const report = join(folder, 'report')
    // An app reports into a file that is there; a variable that somebody left behind names none.
    await writeFile(report, '')
    const { code, stderr } = await run(
      app,
      { [REPORT_VARIABLE]: report, [DETAIL_VARIABLE]: detail },
      terminal,
    )
    const failed = (output: string) =>
      new AppFailedError({ app, exitCode: code, output, cwd: terminal.cwd })
    const synthesis = readReports(readFileSync(report))
    if (synthesis === undefined) {
      throw failed(
        code === 0 ? 'It ended without a call of `app.synth()` on an `App` of lockstep' : stderr,
      )
    }
    // The findings say it better than the stack trace of the error that carried them.
    if (code !== 0 && !synthesis.findings.some(isFatal)) throw failed(stderr)
    const twice = namedTwice(synthesis)
    if (twice !== undefined) throw failed(`It synthesized environment '${twice}' more than once`)
    if (code === 0) terminal.err(stderr)
    return synthesis
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'lockstep-'))
  } catch (error) {
    throw new TemporaryFolderError(tmpdir(), { cause: error })
  }
}

/** There is no place for files that are needed for as long as a command runs. */
export class TemporaryFolderError extends Error {
  override readonly name = 'TemporaryFolderError'
  readonly code = 'TEMPORARY_FOLDER'
  readonly remedy = 'Free space on its disk, or name another folder by the variable TMPDIR'

  constructor(folder: string, options?: ErrorOptions) {
    const { message } = (options?.cause ?? {}) as Partial<Error>
    super(
      `The temporary folder ${folder} cannot be written: ${message ?? 'no reason given'}`,
      options,
    )
  }
}

/** Two `App`s that both have an environment: one would undo what the other has written. */
function namedTwice({ renderings, findings }: Synthesis): string | undefined {
  // Two in one tree are a finding already.
  if (findings.some(isFatal)) return undefined
  const names = renderings.map(({ environment }) => environment)
  return names.find((name, index) => names.indexOf(name) !== index)
}

/** A finding that fails synth: an error that nobody waived. */
export const isFatal = (finding: Finding): boolean =>
  finding.severity === 'error' && finding.waived === undefined

async function run(
  app: string,
  request: Readonly<Record<string, string>>,
  { cwd, env, err, signal }: SynthesizeProps['terminal'],
): Promise<{ code: number; stderr: string }> {
  signal.throwIfAborted()
  const cache = compileCacheFolder(env)
  const child = spawn(app, {
    cwd,
    shell: true,
    // A group of its own, so that one signal reaches all that the shell has started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      // The Node that runs this runs the app as well, whichever the machine has.
      PATH: [dirname(process.execPath), env.PATH]
        .filter((part) => part !== undefined)
        .join(delimiter),
      ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
      ...request,
    },
  })
  let stderr = ''
  // What the app prints is for the person; standard output stays the command's own.
  child.stdout.on('data', (chunk: Buffer) => err(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const end = (): void => endGroup(child)
  signal.addEventListener('abort', end, { once: true })
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, killedBy) => resolve(exitCode ?? (killedBy === null ? 0 : 1)))
    })
    signal.throwIfAborted()
    return { code, stderr }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGTERM')
  } catch (error) {
    // It has ended between the decision and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
