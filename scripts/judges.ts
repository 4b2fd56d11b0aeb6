import { buildMissingPrograms } from '../test/control-plane/build-programs.ts'
import { CheckovEnvironment } from '../test/judges/checkov-environment.ts'
import { installDebianPackage } from '../test/judges/debian-package.ts'
import { HISTORY_JUDGE, KUBE_SCORE, KUBECTL } from '../test/judges/programs.ts'
import { SetClock } from '../test/leases/contention/set-clock.ts'

/** `npm run judges`: installs the programs that judge what Lockstep emits and does, once per version. */
async function main(): Promise<number> {
  const programs = [HISTORY_JUDGE, KUBE_SCORE, KUBECTL]
  const steps = [() => buildMissingPrograms(console.log, programs), installFaketime, installCheckov]
  let installed = 0
  let failed = false
  // Each needs something else of the machine, so what one lacks is no reason to do without another.
  for (const step of steps) {
    try {
      installed += await step()
    } catch (error) {
      if (!(error instanceof Error && 'remedy' in error)) throw error
      console.error(`${error.message}\n${error.remedy}`)
      failed = true
    }
  }
  if (installed === 0 && !failed) console.log('The judges are installed')
  return failed ? 1 : 0
}

/** Sets the clock of single processes. A package of the system: npm has no such thing. */
async function installFaketime(): Promise<number> {
  if (SetClock.isPossible()) return 0
  console.log('Installing faketime with apt-get …')
  await installDebianPackage('faketime')
  return 1
}

async function installCheckov(): Promise<number> {
  const checkov = new CheckovEnvironment()
  if (await checkov.isInstalled()) return 0
  console.log(`Installing Checkov ${checkov.version} (the first time takes a minute) …`)
  const started = performance.now()
  await checkov.install()
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`Installed Checkov ${checkov.version} in ${seconds} s: ${checkov.folder}`)
  return 1
}

process.exitCode = await main()
