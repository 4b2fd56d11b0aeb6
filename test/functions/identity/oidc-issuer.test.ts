import { createHmac } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type CryptoKey, decodeJwt, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OidcIssuer } from '../../../functions/identity/oidc-issuer.ts'
import type { OidcIssuerProps } from '../../../functions/identity/oidc-settings.ts'
import { type ConnectedClient, connect } from '../../control-plane/connected-client.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { tokenOf } from '../../control-plane/service-account.ts'
import { connectToSharedCluster } from '../../control-plane/shared-cluster-client.ts'
import { describeAuthenticator } from './authenticator-contract.ts'
import { json, OidcTestIssuer } from './oidc-test-issuer.ts'

const AUDIENCE = 'https://locks.example.com'
/** As GitHub Actions has them. */
const CLAIMS = {
  sub: 'repo:acme/shop:environment:prod',
  aud: AUDIENCE,
  repository: 'acme/shop',
  repository_id: '4711',
  repository_owner_id: '815',
  environment: 'prod',
}
const identity = () => ({
  name: 'github:repo:acme/shop:environment:prod',
  groups: ['github:repository:acme/shop', 'github:environment:prod'],
  proof: `oidc ${issuer.address}`,
})

const signal = (): AbortSignal => AbortSignal.timeout(20_000)
const nowSeconds = () => Math.floor(Date.now() / 1000)
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

let issuer: OidcTestIssuer
beforeAll(async () => {
  issuer = await OidcTestIssuer.start()
})
afterAll(() => issuer.stop())

const propsFor = (changes: Partial<OidcIssuerProps> = {}): OidcIssuerProps => ({
  issuer: issuer.address,
  audience: AUDIENCE,
  prefix: 'github:',
  requiredClaims: { repository_owner_id: ['815'] },
  groupClaims: ['repository', 'environment'],
  keysCooldownSeconds: 0,
  ...changes,
})
const open = (changes?: Partial<OidcIssuerProps>) => new OidcIssuer(propsFor(changes))
const tokenWith = (claims: Readonly<Record<string, unknown>>) =>
  issuer.sign({ ...CLAIMS, ...claims })

/** Signed with the public key, as if it were a shared secret. */
async function confused(): Promise<string> {
  const pem = await exportSPKI((await importJWK(issuer.publicKey, 'RS256')) as CryptoKey)
  const { kid } = issuer.publicKey
  const content = `${encoded({ alg: 'HS256', kid })}.${encoded({ ...CLAIMS, iss: issuer.address, exp: nowSeconds() + 300 })}`
  return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`
}

async function signedBySomebodyElse(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256')
  return new SignJWT({ ...CLAIMS, iss: issuer.address })
    .setProtectedHeader({ alg: 'RS256', kid: issuer.publicKey.kid! })
    .setExpirationTime('5 minutes')
    .sign(privateKey)
}

describeAuthenticator({
  name: 'OidcIssuer',
  open,
  good: async () => ({ token: await issuer.sign(CLAIMS), identity: identity() }),
  cutOff: () =>
    new OidcIssuer(propsFor(), { fetch: () => Promise.reject(new TypeError('no route')) }),
  wrong: {
    'that has expired': () => tokenWith({ exp: nowSeconds() - 11 }),
    'that never expires': () => tokenWith({ exp: undefined }),
    'that is not good yet': () => tokenWith({ nbf: nowSeconds() + 60 }),
    'for somebody else': () => tokenWith({ aud: 'https://elsewhere.example.com' }),
    'for nobody': () => tokenWith({ aud: undefined }),
    'of another issuer': () => tokenWith({ iss: 'https://issuer.example.com' }),
    'of an issuer that is nearly ours': () => tokenWith({ iss: `${issuer.address}/` }),
    'of nobody': () => tokenWith({ sub: undefined }),
    'whose subject is no text': () => tokenWith({ sub: 7 }),
    'without a claim that is required': () => tokenWith({ repository_owner_id: undefined }),
    'with another value of a required claim': () => tokenWith({ repository_owner_id: '816' }),
    'that nobody signed': async () =>
      `${encoded({ alg: 'none' })}.${encoded({ ...CLAIMS, iss: issuer.address, exp: nowSeconds() + 300 })}.`,
    'signed with the public key for a secret': confused,
    'signed by somebody else in its name': signedBySomebodyElse,
    'whose header is not as it should be': () => issuer.sign(CLAIMS, { kid: 7 }),
    'that wants what nobody understands': () => issuer.sign(CLAIMS, { crit: ['exp'], exp: 1 }),
    'that brings its own key': async () =>
      issuer.sign(CLAIMS, { kid: 'own', jwk: issuer.publicKey }),
    'by a key that nobody knows': () => issuer.sign(CLAIMS, { kid: 'unknown' }),
  },
})

describe('OidcIssuer', () => {
  beforeEach(() => {
    issuer.recover()
    issuer.takeAsked()
  })

  it('asks for the keys once, and for nothing for tokens of others', async () => {
    const authenticator = open()
    const other = await tokenWith({ iss: 'https://issuer.example.com' })
    expect(await authenticator.authenticate(other, signal())).toBeUndefined()
    expect(issuer.takeAsked()).toEqual([])
    for (let time = 0; time < 3; time++) {
      await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    }
    expect(issuer.takeAsked()).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it('asks once for all who need the keys at the same time, whoever of them gives up', async () => {
    const authenticator = open()
    const token = await issuer.sign(CLAIMS)
    const held: ServerResponse[] = []
    issuer.fail('keys', (_, response) => void held.push(response))
    const leaving = new AbortController()
    const left = authenticator.authenticate(token, leaving.signal)
    const stayed = Array.from({ length: 50 }, () => authenticator.authenticate(token, signal()))
    await eventually(
      'it is asked for the keys',
      async () => held.length,
      (count) => count > 0,
    )
    const reason = new Error('enough')
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    for (const response of held) json(response, issuer.publicKeys)
    for (const found of await Promise.all(stayed)) expect(found).toEqual(identity())
    expect(issuer.takeAsked()).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it('finds a new key at once, and forgets the old one', async () => {
    const authenticator = open()
    const before = await issuer.sign(CLAIMS)
    expect(await authenticator.authenticate(before, signal())).toEqual(identity())
    await issuer.rotate()
    expect(await authenticator.authenticate(await issuer.sign(CLAIMS), signal())).toEqual(
      identity(),
    )
    expect(await authenticator.authenticate(before, signal())).toBeUndefined()
  })

  it('does not ask again and again for a key that there is not', async () => {
    const authenticator = open({ keysCooldownSeconds: 3600 })
    await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    issuer.takeAsked()
    for (let time = 0; time < 3; time++) {
      const unknown = await issuer.sign(CLAIMS, { kid: `unknown-${time}` })
      expect(await authenticator.authenticate(unknown, signal())).toBeUndefined()
    }
    expect(issuer.takeAsked()).toEqual([])
  })

  it('finds a new key once the cool-down is over, however many are made up meanwhile', async () => {
    let nowMs = 0
    const clock = { monotonicMs: () => nowMs, wallMs: () => Date.now() }
    const authenticator = new OidcIssuer(propsFor({ keysCooldownSeconds: 10 }), { clock })
    const ask = async (header: Readonly<Record<string, unknown>> = {}) =>
      authenticator.authenticate(await issuer.sign(CLAIMS, header), signal())
    expect(await ask()).toEqual(identity())
    await issuer.rotate()
    issuer.takeAsked()
    for (let second = 0; second < 10; second++) {
      expect(await ask({ kid: `made-up-${second}` })).toBeUndefined()
      expect(await ask()).toBeUndefined()
      nowMs += 1000
    }
    expect(issuer.takeAsked()).toEqual([])
    // The one that is made up has the keys fetched, and the next cool-down begin.
    expect(await ask({ kid: 'made-up' })).toBeUndefined()
    expect(await ask()).toEqual(identity())
    expect(issuer.takeAsked()).toEqual(['/keys'])
  })

  it('asks for the keys again when they are old', async () => {
    let nowMs = 0
    const clock = { monotonicMs: () => nowMs, wallMs: () => Date.now() }
    const authenticator = new OidcIssuer(propsFor({ keysMaxAgeSeconds: 600 }), { clock })
    await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    issuer.takeAsked()
    nowMs = 599_999
    await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    expect(issuer.takeAsked()).toEqual([])
    nowMs = 600_000
    await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    expect(issuer.takeAsked()).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it('goes by the clock of this machine, as far as it may be wrong', async () => {
    const token = await tokenWith({ exp: 1_000_000 })
    const at = (seconds: number, clockToleranceSeconds: number) =>
      new OidcIssuer(propsFor({ clockToleranceSeconds }), {
        clock: { monotonicMs: () => 0, wallMs: () => seconds * 1000 },
      }).authenticate(token, signal())
    // It was issued after that, which nobody looks at.
    expect(await at(999_999, 0)).toEqual(identity())
    expect(await at(1_000_001, 0)).toBeUndefined()
    expect(await at(1_000_029, 30)).toEqual(identity())
    expect(await at(1_000_031, 30)).toBeUndefined()
  })

  it('knows other signatures if it is told so', async () => {
    await issuer.rotate('ES384')
    const token = await issuer.sign(CLAIMS)
    expect(await open().authenticate(token, signal())).toBeUndefined()
    expect(await open({ algorithms: ['ES384'] }).authenticate(token, signal())).toEqual(identity())
    await issuer.rotate()
  })

  it('names by another claim, and groups by each value of one', async () => {
    const authenticator = open({
      requiredClaims: { teams: ['platform', 'ops'], verified: ['true'] },
      nameClaim: 'email',
      groupClaims: ['teams', 'level', 'absent', 'nested'],
    })
    const token = await tokenWith({
      email: 'a@example.com',
      teams: ['shop', 'ops'],
      verified: true,
      level: 3,
      nested: { is: 'left out' },
    })
    expect(await authenticator.authenticate(token, signal())).toEqual({
      name: 'github:a@example.com',
      groups: ['github:teams:shop', 'github:teams:ops', 'github:level:3'],
      proof: `oidc ${issuer.address}`,
    })
  })

  const page: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
  }
  /** To where it is in truth. */
  const elsewhere: RequestListener = (request, response) => {
    response.writeHead(302, { location: `${request.url}?moved` }).end()
  }
  it.each<['discovery' | 'keys', string, RequestListener, boolean]>([
    ['discovery', 'is down', (request) => request.socket.destroy(), true],
    ['discovery', 'fails', (_, response) => response.writeHead(503).end(), true],
    ['discovery', 'is not there', (_, response) => response.writeHead(404).end(), false],
    ['discovery', 'is elsewhere', elsewhere, false],
    ['discovery', 'is a page', page, false],
    [
      'discovery',
      'is endless',
      (_, response) => response.writeHead(200).end('x'.repeat(1e6)),
      false,
    ],
    [
      'discovery',
      'is of another issuer',
      (_, response) =>
        json(response, {
          issuer: 'https://issuer.example.com',
          jwks_uri: 'https://issuer.example.com/keys',
        }),
      false,
    ],
    [
      'discovery',
      'has keys that anybody could change',
      (_, response) =>
        json(response, { issuer: issuer.address, jwks_uri: 'http://keys.example.com/' }),
      false,
    ],
    ['keys', 'are down', (request) => request.socket.destroy(), true],
    ['keys', 'fail', (_, response) => response.writeHead(500).end(), true],
    ['keys', 'are elsewhere', elsewhere, false],
    ['keys', 'are a page', page, true],
    ['keys', 'are none', (_, response) => json(response, { keys: 'none' }), true],
    ['keys', 'are endless', (_, response) => response.writeHead(200).end('x'.repeat(1e6)), false],
  ])(
    'cannot tell while its %s %s, and can as soon as that is over',
    async (what, _, fault, retryable) => {
      issuer.fail(what, fault)
      const authenticator = open()
      const token = await issuer.sign(CLAIMS)
      const error = await authenticator.authenticate(token, signal()).catch((error) => error)
      expect(error).toMatchObject({ code: 'AUTHENTICATION_UNAVAILABLE', retryable })
      expect(error.message).toContain(issuer.address)
      expect(error.message).toMatch(/\. Check .+/)
      issuer.recover()
      expect(await authenticator.authenticate(token, signal())).toEqual(identity())
    },
  )

  it('takes no keys that came in the clear from an issuer that does not', async () => {
    const address = 'https://issuer.example.com'
    const document = { issuer: address, jwks_uri: `${issuer.address}/keys` }
    const authenticator = new OidcIssuer(propsFor({ issuer: address }), {
      fetch: async () => Response.json(document),
    })
    const asking = authenticator.authenticate(await tokenWith({ iss: address }), signal())
    await expect(asking).rejects.toThrow('which is not https')
  })

  it('goes on with the keys that it has while the issuer is down', async () => {
    const authenticator = open()
    await authenticator.authenticate(await issuer.sign(CLAIMS), signal())
    for (const what of ['discovery', 'keys'] as const) {
      issuer.fail(what, (request) => request.socket.destroy())
    }
    expect(await authenticator.authenticate(await issuer.sign(CLAIMS), signal())).toEqual(
      identity(),
    )
    // A key that may be a new one cannot be told from none.
    const unknown = await issuer.sign(CLAIMS, { kid: 'unknown' })
    await expect(authenticator.authenticate(unknown, signal())).rejects.toMatchObject({
      retryable: true,
    })
  })

  it.each<[string, Partial<OidcIssuerProps>, string]>([
    ['without a prefix', { prefix: '' }, 'prefix: Write a name'],
    ['with half a prefix', { prefix: 'github' }, 'prefix that ends with a colon'],
    ['that would pass for Kubernetes', { prefix: 'system:serviceaccount:' }, 'are of Kubernetes'],
    ['without an audience', { audience: '' }, 'audience: Write whom'],
    ['that cannot be trusted', { issuer: 'http://issuer.example.com' }, 'begins with https://'],
    ['with a shared secret', { algorithms: ['HS256' as 'RS256'] }, 'Write any of RS256'],
    ['without a signature', { algorithms: ['none' as 'RS256'] }, 'Write any of RS256'],
    [
      'that signs for everybody',
      { issuer: 'https://token.actions.githubusercontent.com', requiredClaims: {} },
      'by the claim repository_id',
    ],
    ['with a claim that nothing meets', { requiredClaims: { team: [] } }, 'Write the values'],
  ])('refuses one %s', (_, changes, words) => {
    expect(() => open(changes)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(() => open(changes)).toThrow(words)
  })
})

describeWithCluster('OidcIssuer for a real API server, which is an issuer too', (cluster) => {
  const account = 'pipeline'
  let admin: ConnectedClient
  beforeAll(async () => {
    admin = connect(await connectToSharedCluster())
    const namespace = await cluster.namespace()
    const metadata = { name: account, namespace }
    await cluster.apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }])
  })
  afterAll(() => admin.transport.close())

  /** As somebody who may read its keys, and with its own authority, which `fetch` does not take. */
  const fetchAsAdmin = (async (input: string, init: RequestInit) => {
    const { status, body } = await admin.transport.open({
      method: 'GET',
      path: new URL(input).pathname,
      headers: Object.fromEntries(new Headers(init.headers)),
      signal: signal(),
    })
    return new Response(await buffer(body), { status })
  }) as typeof fetch

  it('knows its accounts, as those of another cluster', async () => {
    const token = await tokenOf(cluster, account, { audiences: [AUDIENCE] })
    const namespace = await cluster.namespace()
    const { iss, sub } = decodeJwt(token)
    const props = {
      issuer: iss!,
      audience: AUDIENCE,
      prefix: 'staging:',
      requiredClaims: { sub: [`system:serviceaccount:${namespace}:${account}`] },
    }
    const authenticator = new OidcIssuer(props, { fetch: fetchAsAdmin })
    expect(await authenticator.authenticate(token, signal())).toEqual({
      name: `staging:${sub}`,
      groups: [],
      proof: `oidc ${iss}`,
    })
    const forItself = await tokenOf(cluster, account)
    expect(await authenticator.authenticate(forItself, signal())).toBeUndefined()
  })
})
