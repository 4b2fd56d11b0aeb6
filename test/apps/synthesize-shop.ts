import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readReports } from '../../constructs/read-synthesis-report.ts'
import type { Synthesis } from '../../constructs/synthesis.ts'
import { REPORT_VARIABLE } from '../../constructs/synthesis-report.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Runs the shop's entry in a process of its own, as `lockstep synth` does. */
export async function synthesizeShop(
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Synthesis> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-test-'))
  const report = join(folder, 'report')
  try {
    await writeFile(report, '')
    await promisify(execFile)(process.execPath, [join(ROOT, 'apps/main.ts')], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env, [REPORT_VARIABLE]: report },
    })
    const synthesis = readReports(await readFile(report))
    if (synthesis === undefined) throw new Error('the shop has reported nothing')
    return synthesis
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Everything that is written, path by path. */
export const bytesOf = ({ renderings }: Pick<Synthesis, 'renderings'>): string =>
  renderings
    .flatMap(({ environment, files }) =>
      files.map(({ path, text }) => `# ${environment}/${path}\n${text}`),
    )
    .join('---\n')
