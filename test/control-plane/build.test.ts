import { execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BUILT_PROGRAMS } from './programs.ts'

const command = join(import.meta.dirname, '../../scripts/control-plane.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-build-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const env = () => ({ PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') })

const MODULE = '{"Path":"example.com/module","Version":"v1.0.0","Dir":"/nowhere","Sum":"h1:none"}'

/** Stands in for Go, whose real builds take minutes. `$output` is where the binary is to go. */
function installGo(
  version: string,
  build = 'echo built > "$output"',
  download = `echo '${MODULE}'`,
): void {
  const script = `#!/bin/sh
case "$1" in
  env) echo go${version} ;;
  mod) ${download} ;;
  build) output=$3; ${build} ;;
esac`
  writeFileSync(join(folder, 'go'), script)
  chmodSync(join(folder, 'go'), 0o755)
}

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (environment: NodeJS.ProcessEnv = env()) =>
  new Promise<Result>((resolve) => {
    execFile(process.execPath, [command], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

const ALL = BUILT_PROGRAMS.map(({ name }) => name).sort()

const cached = () =>
  existsSync(join(folder, 'cache'))
    ? readdirSync(join(folder, 'cache'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort()
    : []

describe('npm run control-plane', () => {
  it('builds each program once', async () => {
    installGo('1.26.8')
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
    expect(cached()).toEqual(ALL)

    expect(await run()).toEqual({ code: 0, stdout: 'The control plane is built\n', stderr: '' })
  })

  it('says what to install when there is no Go', async () => {
    const { code, stderr } = await run({ ...env(), PATH: folder })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^What the tests run is built with Go 1\.26\.0 or newer, and this machine has no 'go' on its PATH\nInstall Go 1\.26\.0 or newer from .*\n$/,
    )
  })

  it('says what to install when Go is too old', async () => {
    installGo('1.9.7')
    const { code, stdout, stderr } = await run()
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('1.26.0 or newer, and this machine has Go 1.9.7\n')

    installGo('1.26.8')
    expect(await run()).toMatchObject({ code: 0 })
  })

  it('passes on why a build failed, and leaves nothing that counts as built', async () => {
    installGo('1.26.8', 'echo half > "$output"; echo "write: no space left on device" >&2; exit 1')
    const { code, stderr } = await run()
    expect(code).toBe(1)
    expect(stderr).toContain(
      'Building etcd ended with exit code 1: write: no space left on device\n',
    )
    expect(cached()).toEqual([])

    installGo('1.26.8')
    expect(await run()).toMatchObject({ code: 0 })
  })

  it('says in one line that there is no network, whether it builds or brings definitions', async () => {
    const offline = 'dial tcp: lookup proxy.golang.org: no such host'
    installGo('1.26.8', `echo "go: example.com/module@v1.0.0: ${offline}" >&2; exit 1`)
    const build = await run()
    expect(build.code).toBe(1)
    expect(build.stderr).toMatch(
      new RegExp(`^Building etcd ended with exit code 1: go: .* ${offline}\n.*again.*\n$`),
    )

    installGo('1.26.8', undefined, `echo '{"Error":"example.com/module: ${offline}"}'; exit 1`)
    const definitions = await run()
    expect(definitions.code).toBe(1)
    expect(definitions.stderr).toMatch(
      new RegExp(`^Module \\S+ cannot be brought: .*${offline}\n.*again.*\n$`),
    )

    installGo('1.26.8')
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
  })

  it('builds again what a killed build left half done', async () => {
    installGo('1.26.8', 'echo half > "$output"; sleep 1000')
    const killed = spawn(process.execPath, [command], { env: env(), detached: true })
    await vi.waitUntil(() => cached().length > 0, { timeout: 10_000 })
    process.kill(-(killed.pid as number), 'SIGKILL')

    installGo('1.26.8')
    expect(await run()).toMatchObject({ code: 0 })
    expect(cached()).toEqual(ALL)
  })
})
