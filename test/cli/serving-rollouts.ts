import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { bareRepository, GIT_ENV } from '../gitops/git.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
export const TOKEN = 'a-token-that-nobody-can-guess'

const VERBS = ['list', 'get', 'tick', 'abort', 'approve']

/** `lockstep serve` in a folder of its own: by default on a bare repository there, without a cluster. */
export class ServingRollouts {
  readonly folder = temporaryFolder()
  readonly repository = bareRepository(join(this.folder, 'deploy.git'))

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content)
  }

  /** Where it listens is what it says at its start, unless a port is named. */
  start(env: Readonly<Record<string, string>> = {}, port = 0): BundleProcess {
    const { PATH = '' } = process.env
    const server = new BundleProcess({
      program: process.execPath,
      args: [
        MAIN,
        'serve',
        ...['--store', 'locks.db'],
        ...['--listen', `127.0.0.1:${port}`],
        ...['--rollouts', 'rollouts.yaml'],
        ...['--drain', '0'],
      ],
      env: { ...(GIT_ENV as Record<string, string>), PATH, NO_COLOR: '1', ...env },
      cwd: this.folder,
    })
    onTestFinished(() => server.kill())
    return server
  }

  /** @param targets what is different about each environment that is served */
  configure(...targets: readonly Readonly<Record<string, unknown>>[]): void {
    const usual = {
      environment: 'prod',
      branch: 'deploy',
      repository: { kind: 'git', remote: this.repository },
      cluster: { kind: 'none' },
    }
    const served = targets.length === 0 ? [{}] : targets
    const settings = { targets: served.map((target) => ({ ...usual, ...target })) }
    this.write('rollouts.yaml', JSON.stringify(settings))
  }

  /** Whoever has the token may do that, in prod. */
  letIn(verbs: readonly string[] = VERBS): Readonly<Record<string, string>> {
    const sha256 = createHash('sha256').update(TOKEN).digest('hex')
    const rollouts = ['prod/shop/*', 'prod/*/*']
    const rules = [{ names: ['ci'], verbs, rollouts, roles: ['owners'] }]
    this.write('tokens.yaml', JSON.stringify({ tokens: [{ name: 'ci', sha256 }] }))
    this.write('policy.yaml', JSON.stringify({ rules }))
    return {
      LOCKSTEP_STATIC_TOKENS_FILE: 'tokens.yaml',
      LOCKSTEP_POLICY_FILE: 'policy.yaml',
      LOCKSTEP_HANDLE_KEYS: Buffer.alloc(32, 7).toString('base64'),
    }
  }
}

export const addressOf = (server: BundleProcess): Promise<string> =>
  server.untilSaid(/"address":"([^"]+)"/)
