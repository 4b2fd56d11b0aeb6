import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { retryLostRaces } from '../../gitops/retry-lost-races.ts'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { bareRepository, filesOf, GIT_ENV, git } from '../gitops/git.ts'
import { commitFile, gitClient } from '../gitops/git-client.ts'
import { Registry } from '../images/registry.ts'
import { type Relayed, WebhookRelay } from '../images/webhook-relay.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const SECRET = 'a-secret-of-the-registry'
export const HOST = 'registry.example.com'
/** Of the source repository, where it is at a host. */
export const PROJECT = 'platform/shop'
export const GIT_TOKEN = 'a-token-of-the-host'
export const FILE = 'apps/images.json'
export const OLD = `sha256:${'0'.repeat(64)}`

export interface Followed {
  readonly image: string
  readonly tag?: string
  readonly versions?: string
  readonly at: readonly string[]
}

export const WEB: Followed = { image: `${HOST}/shop/web`, tag: 'main', at: ['prod', 'web'] }
export const CART: Followed = { image: `${HOST}/shop/cart`, versions: '1.x', at: ['prod', 'cart'] }

export const file = (web: string, cart: string): string =>
  `{\n  "prod": {\n    "web": "${web}",\n    "cart": "${cart}"\n  }\n}\n`

interface RegistryEvent {
  readonly action: string
  readonly target: { readonly tag?: string }
}

interface Serving {
  /** Beside an environment that nobody looks at. */
  readonly settings: object
  readonly env?: Readonly<Record<string, string>>
}

/** `lockstep serve`, in a folder of its own, until the test is over. */
export function startServing({ settings, env }: Serving): BundleProcess {
  const folder = temporaryFolder()
  const target = {
    environment: 'prod',
    branch: 'deploy',
    repository: { kind: 'git', remote: bareRepository(join(folder, 'deploy.git')) },
    cluster: { kind: 'none' },
  }
  writeFileSync(join(folder, 'rollouts.yaml'), JSON.stringify({ targets: [target], ...settings }))
  const { PATH = '' } = process.env
  const server = new BundleProcess({
    program: process.execPath,
    args: [
      MAIN,
      'serve',
      ...['--store', 'locks.db'],
      ...['--listen', '127.0.0.1:0'],
      ...['--rollouts', 'rollouts.yaml'],
      ...['--drain', '0'],
    ],
    env: { ...(GIT_ENV as Record<string, string>), PATH, NO_COLOR: '1', ...env },
    cwd: folder,
  })
  onTestFinished(() => server.kill())
  return server
}

/** A registry, `lockstep serve` that it tells of pushes, and the repository that those are to change. */
export class Following {
  readonly folder = temporaryFolder()
  readonly source = bareRepository(join(this.folder, `${PROJECT}.git`))
  readonly registry: Registry
  readonly relay: WebhookRelay
  /** Whether it gets what the registry sends. */
  isTold = true

  private constructor(registry: Registry, relay: WebhookRelay) {
    this.registry = registry
    this.relay = relay
  }

  static async start(): Promise<Following> {
    const relay = await WebhookRelay.start()
    const notify = { url: relay.url, authorization: `Bearer ${SECRET}` }
    const following = new Following(await Registry.start({ notify }), relay)
    await following.edit(file(`${HOST}/shop/web:main@${OLD}`, `${HOST}/shop/cart:1.0.0@${OLD}`))
    return following
  }

  async edit(text: string, path = FILE): Promise<void> {
    const client = await gitClient(this.source)
    await retryLostRaces(() => commitFile(client, 'main', path, text))
  }

  /** What came of so many pushes of `main`, or more. The registry tells of pulls, too. */
  pushesTold(count: number): Promise<readonly Relayed[]> {
    const isPush = ({ action, target }: RegistryEvent) => action === 'push' && target.tag === 'main'
    const told = async () =>
      this.relay.relayed.filter(({ body }) =>
        (JSON.parse(body) as { events: RegistryEvent[] }).events.some(isPush),
      )
    return eventually(`${count} pushes are told`, told, ({ length }) => length >= count)
  }

  /** @returns once it is told of pushes, if it is */
  async serve(follow: readonly Followed[], more: object = {}): Promise<BundleProcess> {
    const images = {
      environment: 'prod',
      repository: { kind: 'git', remote: this.source },
      branch: 'main',
      file: FILE,
      by: 'commit',
      follow,
      ...more,
    }
    const sender = { kind: 'registry/distribution', host: HOST }
    const server = startServing({
      settings: {
        images: [images],
        registries: [{ host: HOST, address: this.registry.address }],
      },
      env: {
        LOCKSTEP_WEBHOOKS: JSON.stringify({
          senders: [{ ...sender, secrets: [{ variable: 'SECRET' }] }],
        }),
        SECRET,
        GIT_TOKEN,
      },
    })
    const address = await server.untilSaid(/"address":"([^"]+)"/)
    if (this.isTold) this.relay.passTo(`${address}/webhooks/registry/distribution`)
    return server
  }

  get text(): string {
    return filesOf(this.source, 'main')[FILE] as string
  }

  /** Commits since the one that made the file. */
  get commits(): number {
    return Number(git(this.source, 'rev-list', '--count', 'main')) - 1
  }

  message(commit = 'main'): string {
    return git(this.source, 'log', '-1', '--format=%B', commit)
  }

  until(what: string, isDone: (text: string) => boolean): Promise<string> {
    return eventually(what, async () => this.text, isDone)
  }
}

let others = 0

/** The same event under another id, with a change to it. */
export const anotherOf = (
  { headers, body }: Relayed,
  change: (body: string) => string = (same) => same,
): Relayed => ({ headers, body: change(body).replaceAll(/"id":\s*"/g, `"id":"${++others}-`) })
