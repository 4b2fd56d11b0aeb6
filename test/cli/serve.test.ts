import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../control-plane/eventually.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
  readonly body: any
}

/** `lockstep serve` on a SQLite file, in a folder of its own. */
class Serving {
  readonly folder = temporaryFolder()

  start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): BundleProcess {
    const server = new BundleProcess({
      program: process.execPath,
      args: [MAIN, 'serve', '--store', 'locks.db', ...args],
      env: { NO_COLOR: '1', ...env },
      cwd: this.folder,
    })
    onTestFinished(() => server.kill())
    return server
  }

  write(name: string, content: string): string {
    writeFileSync(join(this.folder, name), content)
    return name
  }
}

const addressOf = (server: BundleProcess) => server.untilSaid(/"address":"([^"]+)"/)
const hold = (lock = 'shop/import') => `/v1/locks/${lock}/holds/${randomUUID()}`

/** With any headers, as no `fetch` sends them. */
function ask(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: object,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asking = request(`${address}${path}`, {
    method: body === undefined ? 'GET' : 'PUT',
    agent: false,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  })
  asking.once('error', reject)
  asking.once('response', async (answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk)
    resolve({ status: answer.statusCode ?? 0, body: JSON.parse(String(Buffer.concat(chunks))) })
  })
  asking.end(body && JSON.stringify(body))
  return promise
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('lockstep serve that asks nobody who they are', () => {
  const anyPort = ['--listen', '127.0.0.1:0']

  it('says so, and gives locks to whoever is on this machine', async () => {
    const server = new Serving().start(anyPort)
    const address = await addressOf(server)
    await server.untilSaid(/"level":"warn","message":"Nobody is asked who they are/)
    expect(await ask(address, hold(), {}, {})).toMatchObject({
      status: 201,
      body: { holder: 'this-machine' },
    })
    const bearer = { authorization: 'Bearer whatever' }
    expect((await ask(address, '/v1/locks/shop', bearer)).body).toMatchObject({
      locks: [{ name: 'import' }],
    })
  })

  it('serves the locks that it was told of, and no others', async () => {
    const serving = new Serving()
    const all = serving.start(anyPort)
    expect((await ask(await addressOf(all), hold('shop/other'), {}, {})).status).toBe(201)
    await all.kill()
    const declared = ['shop/import:2', 'shop/ledger', 'books/ledger', 'shop/never-held'].join(' ')
    const address = await addressOf(serving.start([...anyPort, '--locks', declared]))
    for (const [lock, slots] of [
      ['shop/ledger', 1],
      ['shop/import', 2],
      ['shop/import', 2],
      ['books/ledger', 1],
    ] as const) {
      expect((await ask(address, hold(lock), {}, { slots })).status).toBe(201)
    }
    expect(await ask(address, hold('shop/other'), {}, {})).toMatchObject({
      status: 404,
      body: { code: 'LOCK_NOT_DECLARED' },
    })
    expect(await ask(address, hold('shop/ledger'), {}, { slots: 2 })).toMatchObject({
      status: 409,
      body: { code: 'PARAMETERS_CONFLICT' },
    })
    const listed = async (path: string) => {
      const { body } = await ask(address, path)
      return body.locks.map((lock: Record<string, string>) => `${lock.namespace}/${lock.name}`)
    }
    expect(await listed('/v1/locks/shop')).toEqual(['shop/import', 'shop/ledger'])
    expect(await listed('/v1/locks')).toEqual(['books/ledger', 'shop/import', 'shop/ledger'])
    expect(await listed('/v1/locks/elsewhere')).toEqual([])
  })

  it('listens to this machine alone', async () => {
    const server = new Serving().start(['--listen', '127.0.0.1:0'])
    const { hostname, port } = new URL(await addressOf(server))
    expect(hostname).toBe('127.0.0.1')
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
    for (const { address } of others) {
      await expect(ask(`http://${address}:${port}`, '/healthz')).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      })
    }
  })

  it.each([
    ['a name that leads here', { host: 'rebound.example.com' }],
    ['a page from elsewhere', { origin: 'https://example.com' }],
    ['a page without an origin', { origin: 'null' }],
    ['a page that takes it for an image', { 'sec-fetch-site': 'cross-site' }],
    ['an address that looks like this one', { host: '127.0.0.1.example.com' }],
  ])('takes nothing from %s', async (_, headers) => {
    const address = await addressOf(new Serving().start(anyPort))
    expect(await ask(address, hold(), headers, {})).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', outcome: 'none' },
    })
  })

  it.each([':0', '0.0.0.0:0', '[::]:0', '192.0.2.1:0', 'example.com:0'])(
    'does not start at %s',
    async (listen) => {
      const server = new Serving().start(['--listen', listen])
      expect(await server.ended).toBe(2)
      expect(server.output).toContain('nobody is asked who they are. Say who is let in')
    },
  )
})

describe('lockstep serve', () => {
  const token = randomBytes(32).toString('base64url')
  const bearer = { authorization: `Bearer ${token}` }
  const sha256 = createHash('sha256').update(token).digest('hex')

  /** One that lets `ci` hold the locks of the shop. */
  function withTokens(args: readonly string[] = []) {
    const serving = new Serving()
    serving.write('tokens.yaml', `tokens: [{ name: ci, sha256: '${sha256}' }]`)
    serving.write('policy.yaml', 'rules: [{ names: [ci], verbs: [hold, read], locks: [shop/*] }]')
    serving.write('keys', `${randomBytes(32).toString('base64')}\n`)
    const files = [
      '--static-tokens',
      'tokens.yaml',
      '--policy',
      'policy.yaml',
      '--handle-keys',
      'keys',
    ]
    return serving.start(['--listen', '127.0.0.1:0', ...files, ...args])
  }

  it('lets in those whose tokens it knows, to what the policy allows', async () => {
    const server = withTokens()
    const address = await addressOf(server)
    expect(await ask(address, hold(), bearer, {})).toMatchObject({
      status: 201,
      body: { holder: 'ci' },
    })
    expect((await ask(address, hold(), {}, {})).status).toBe(401)
    expect((await ask(address, hold(), { authorization: `Bearer ${sha256}` }, {})).status).toBe(401)
    expect((await ask(address, hold('ops/import'), bearer, {})).status).toBe(403)
    expect((await ask(address, '/healthz')).status).toBe(200)
    expect(server.output).not.toContain('Nobody is asked')
    expect(server.output).not.toContain(token)
  })

  it('takes variables in place of options, and options before variables', async () => {
    const serving = new Serving()
    const tokens = serving.write('tokens.yaml', `tokens: [{ name: ci, sha256: '${sha256}' }]`)
    const env = {
      LOCKSTEP_LISTEN: 'not an address',
      LOCKSTEP_STATIC_TOKENS_FILE: tokens,
      LOCKSTEP_POLICY: 'rules: [{ names: [ci], verbs: [hold], locks: ["*/*"] }]',
      LOCKSTEP_HANDLE_KEYS: randomBytes(32).toString('base64'),
    }
    const address = await addressOf(serving.start(['--listen', '127.0.0.1:0'], env))
    expect((await ask(address, hold(), bearer, {})).status).toBe(201)
  })

  it('finishes what is under way when it is told to stop, and ends well', async () => {
    const server = withTokens(['--drain', '0'])
    const address = await addressOf(server)
    expect((await ask(address, hold(), bearer, {})).status).toBe(201)
    const waiting = ask(address, hold(), bearer, { waitSeconds: 2 })
    await eventually(
      'somebody waits for the lock',
      () => ask(address, '/v1/locks/shop/import', bearer),
      ({ body }) => body.waiting === 1,
    )
    server.signal('SIGTERM')
    expect((await waiting).status).toBe(202)
    expect(await server.ended).toBe(0)
    expect(server.output).toContain('"message":"Stopped"')
  })

  it('stops at once when it is told so twice', async () => {
    const server = withTokens(['--drain', '600', '--stop-within', '3600'])
    const address = await addressOf(server)
    server.signal('SIGTERM')
    await eventually(
      'it is not ready',
      () => ask(address, '/readyz'),
      ({ status }) => status === 503,
    )
    expect((await ask(address, hold(), bearer, {})).status).toBe(201)
    server.signal('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.output.match(/"message":"Stopped"/g)).toHaveLength(1)
  })

  it.skipIf(process.platform !== 'linux')('goes on when there is no room for its log', async () => {
    const port = await freePort()
    const store = ['--store', 'locks.db']
    const listen = ['--listen', `127.0.0.1:${port}`]
    const server = new BundleProcess({
      program: '/bin/sh',
      args: [
        '-c',
        'exec "$@" > /dev/full',
        'sh',
        process.execPath,
        MAIN,
        'serve',
        ...store,
        ...listen,
      ],
      env: { LOCKSTEP_DRAIN_SECONDS: '0' },
      cwd: temporaryFolder(),
    })
    onTestFinished(() => server.kill())
    await server.untilSaid(/no space left on device/)
    const address = `http://127.0.0.1:${port}`
    await eventually(
      'it serves',
      () => ask(address, hold(), {}, {}).catch(() => undefined),
      (answer) => answer?.status === 201,
    )
    server.signal('SIGTERM')
    expect(await server.ended).toBe(2)
    expect(server.output.match(/no space left/g)).toHaveLength(1)
  })

  it('says all that is wrong at once, and starts nothing', async () => {
    const serving = new Serving()
    serving.write('tokens.yaml', 'tokens: [{ name: "system:masters", sha256: abc }]')
    serving.write('keys', 'c2hvcnQ=\n!\n')
    const server = serving.start(
      ['--static-tokens', 'tokens.yaml', '--handle-keys', 'keys', '--token-audience', 'locks'],
      {
        LOCKSTEP_LISTEN: '127.0.0.1',
        LOCKSTEP_DRAIN_SECONDS: 'soon',
        LOCKSTEP_OIDC_ISSUERS_FILE: 'missing.yaml',
        LOCKSTEP_TLS_KEY: 'secret',
        LOCKSTEP_LOCKS: 'shop/import:3 shop/Ledger shop/import:0',
      },
    )
    expect(await server.ended).toBe(2)
    expect(server.output.trimEnd().split('\n')).toEqual([
      'error: Nothing was started, the configuration is wrong:',
      '  - LOCKSTEP_LISTEN: Write HOST:PORT, or :PORT for all addresses; IPv6 in brackets',
      '  - LOCKSTEP_DRAIN_SECONDS: Write a number of seconds, from 0 to 600',
      '  - tokens.yaml tokens[0].name: Names that begin with system: are of Kubernetes',
      expect.stringMatching(/^ {2}- tokens\.yaml tokens\[0\]\.sha256: Write the SHA-256/),
      expect.stringMatching(/^ {2}- LOCKSTEP_OIDC_ISSUERS_FILE: ENOENT.*may read$/),
      expect.stringMatching(/^ {2}- LOCKSTEP_TOKEN_AUDIENCE: Is about tokens of a cluster/),
      expect.stringMatching(/^ {2}- LOCKSTEP_POLICY: Is missing/),
      expect.stringMatching(/^ {2}- keys, line 1: a key of 5 bytes can be guessed/),
      expect.stringMatching(/^ {2}- keys, line 2: this is no base64/),
      '  - LOCKSTEP_TLS_CERTIFICATE: Is missing, and LOCKSTEP_TLS_KEY is there. Set both or none',
      '  - LOCKSTEP_TLS_KEY: Write a private key, in PEM',
      expect.stringMatching(
        /^ {2}- LOCKSTEP_LOCKS: 'shop\/Ledger' names no lock\. Write NAMESPACE/,
      ),
      expect.stringMatching(/^ {2}- LOCKSTEP_LOCKS: 'shop\/import:0' names no lock/),
    ])
  })

  it.each([
    ['a port that is none', ['--listen', '127.0.0.1:99999'], 'LOCKSTEP_LISTEN: Write HOST:PORT'],
    [
      'a stop that is over before it begins',
      ['--drain', '25'],
      'LOCKSTEP_DRAIN_SECONDS: Make it less',
    ],
    ['an option that is none', ['--lisen', ':0'], 'Did you mean --listen?'],
    ['no locks at all', ['--locks', ' '], 'LOCKSTEP_LOCKS: Write NAMESPACE/NAME'],
    ['a store twice', ['--kubeconfig', 'config'], 'cannot be used with'],
  ])('refuses %s', async (_, args, words) => {
    const server = new Serving().start(args)
    expect(await server.ended).toBe(2)
    expect(server.output).toContain(words)
  })

  it('names a setting that is given twice', async () => {
    const server = new Serving().start(['--policy', 'policy.yaml', '--listen', '127.0.0.1:0'], {
      LOCKSTEP_POLICY: 'rules: []',
      LOCKSTEP_STATIC_TOKENS: `tokens: [{ name: ci, sha256: '${sha256}' }]`,
      LOCKSTEP_HANDLE_KEYS: randomBytes(32).toString('base64'),
    })
    expect(await server.ended).toBe(2)
    expect(server.output).toContain('LOCKSTEP_POLICY and LOCKSTEP_POLICY_FILE are both set')
  })
})
