import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** There is no Go here, or one that is too old. */
export class GoToolchainError extends Error {
  override readonly name = 'GoToolchainError'
  readonly code = 'GO_TOOLCHAIN'
  readonly remedy: string

  constructor(found: string, needed: string, options?: ErrorOptions) {
    super(`What the tests run is built with Go ${needed} or newer, and ${found}`, options)
    this.remedy =
      `Install Go ${needed} or newer from https://go.dev/dl/; tests on a control plane also take ` +
      'the binaries etcd and kube-apiserver from a folder that KUBEBUILDER_ASSETS names'
  }
}

/**
 * Environment of every `go` that we run. The toolchain stays the installed one: Go would otherwise
 * download another, which a machine behind a proxy may not be allowed to.
 */
export const goEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '',
  GOWORK: 'off',
})

/** @throws {GoToolchainError} */
export async function requireGo(needed: string): Promise<void> {
  const found = await installedGo(needed)
  if (compareVersions(found, needed) < 0) {
    throw new GoToolchainError(`this machine has Go ${found}`, needed)
  }
}

async function installedGo(needed: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('go', ['env', 'GOVERSION'], {
      env: goEnvironment(),
    })
    return stdout.trim().replace(/^go/, '')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new GoToolchainError("this machine has no 'go' on its PATH", needed, { cause })
  }
}

/** By number, so that 1.9 is older than 1.26. A release candidate counts as its release. */
function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number.parseFloat))
  for (const index of [0, 1, 2]) {
    const difference = (a?.[index] || 0) - (b?.[index] || 0)
    if (difference !== 0) return difference
  }
  return 0
}
