import { buildMissingPrograms } from '../test/control-plane/build-programs.ts'
import { installDebianPackage, unpackDebianPackage } from '../test/judges/debian-package.ts'
import { installPostgres } from '../test/judges/install-postgres.ts'
import { CLIENT_GO_ELECTOR, HISTORY_JUDGE, KUBE_SCORE, KUBECTL } from '../test/judges/programs.ts'
import { PythonEnvironment } from '../test/judges/python-environment.ts'
import { CHECKOV, type PythonProgram, SCHEMATHESIS } from '../test/judges/python-programs.ts'
import { SetClock } from '../test/leases/contention/set-clock.ts'
import { PostgresServer } from '../test/leases/sql/postgres-server.ts'
import { PrometheusServer } from '../test/reconciler/prometheus-server.ts'

/** `npm run judges`: installs the programs that judge what Lockstep emits and does, once per version. */
async function main(): Promise<number> {
  const programs = [HISTORY_JUDGE, CLIENT_GO_ELECTOR, KUBE_SCORE, KUBECTL]
  const steps = [
    () => buildMissingPrograms(console.log, programs),
    installFaketime,
    installDatabase,
    unpackPrometheus,
    () => install(CHECKOV),
    () => install(SCHEMATHESIS),
  ]
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

/** What the statements of docs/locks.md are tried on. */
async function installDatabase(): Promise<number> {
  if (PostgresServer.isPossible()) return 0
  console.log('Installing PostgreSQL with apt-get …')
  await installPostgres()
  return 1
}

/** What rollouts are measured by in tests. Installed, it would be started with this machine. */
async function unpackPrometheus(): Promise<number> {
  if (PrometheusServer.isPossible()) return 0
  console.log('Unpacking Prometheus of apt-get …')
  await unpackDebianPackage('prometheus', PrometheusServer.folder)
  return 1
}

async function install(program: PythonProgram): Promise<number> {
  const environment = new PythonEnvironment(program)
  if (await environment.isInstalled()) return 0
  const title = `${environment.name} ${environment.version}`
  console.log(`Installing ${title} (the first time takes a minute) …`)
  const started = performance.now()
  await environment.install()
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`Installed ${title} in ${seconds} s: ${environment.folder}`)
  return 1
}

process.exitCode = await main()
