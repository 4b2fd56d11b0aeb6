import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { serveGitHub } from './github-client.ts'
import type { GitHubCall, Reply } from './github-server.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
let count = 0

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PKCS8 = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const START = Date.UTC(2026, 9, 1, 10)
const HOUR_MS = 60 * 60 * 1000

/** GitHub with an app: docs.github.com, "Create an installation access token for an app". */
async function serveApp(privatePem = PKCS8) {
  let now = START
  const issued: GitHubCall[] = []
  const tokens = new Map<string, number>()
  const intercept = (call: GitHubCall): Reply | undefined => {
    if (call.path !== '/app/installations/42/access_tokens') return undefined
    issued.push(call)
    const token = `ghs_${issued.length}`
    tokens.set(token, now + HOUR_MS)
    const expires_at = new Date(now + HOUR_MS).toISOString()
    return { status: 201, body: { token, expires_at, permissions: { contents: 'write' } } }
  }
  const served = await serveGitHub(
    join(folder, String(++count)),
    { intercept, isToken: (token) => (tokens.get(token) ?? 0) > now },
    {
      access: { appId: 'Iv23liLockstep', installationId: 42, privateKey: privatePem },
      now: () => new Date(now),
    },
  )
  const pass = (ms: number) => {
    now += ms
  }
  return { ...served, issued, pass }
}

describe('a GitHub App', () => {
  it('asks for a token of one repository and one permission, in its own name', async () => {
    const { client, issued, first } = await serveApp()
    expect(await client.tip('main')).toBe(first)
    expect(issued[0]?.body).toEqual({
      repositories: ['deploy'],
      permissions: { contents: 'write' },
    })
    const jwt = issued[0]?.authorization.replace('Bearer ', '') ?? ''
    const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, {
      currentDate: new Date(START),
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload).toEqual({
      iss: 'Iv23liLockstep',
      iat: START / 1000 - 60,
      exp: START / 1000 + 9 * 60,
    })
  })

  it('uses a token until shortly before it ends', async () => {
    const { client, issued, pass, first } = await serveApp()
    await client.tip('main')
    pass(HOUR_MS - 6 * 60_000)
    await client.tip('main')
    expect(issued).toHaveLength(1)
    pass(2 * 60_000)
    expect(await client.tip('main')).toBe(first)
    expect(issued).toHaveLength(2)
  })

  it('says what to do with a key as GitHub hands it out', async () => {
    const pkcs1 = createPrivateKey(PKCS8).export({ type: 'pkcs1', format: 'pem' }) as string
    const { client } = await serveApp(pkcs1)
    await expect(client.tip('main')).rejects.toMatchObject({
      code: 'GITHUB_APP_KEY',
      remedy: expect.stringContaining('openssl pkcs8 -topk8'),
    })
  })

  it('that is not installed is refused, and asked again the next time', async () => {
    let isInstalled = false
    const { client, issued } = await serveApp()
    const refusing = await serveGitHub(
      join(folder, String(++count)),
      {
        intercept: ({ path }) =>
          !path.endsWith('/access_tokens')
            ? undefined
            : isInstalled
              ? { status: 201, body: { token: 'secret', expires_at: '2030-01-01T00:00:00Z' } }
              : { status: 404, body: { message: 'Not Found' } },
      },
      { access: { appId: '1', installationId: 7, privateKey: PKCS8 } },
    )
    await expect(refusing.client.tip('main')).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      reason: 'authentication',
      remedy: expect.stringContaining('installation'),
    })
    isInstalled = true
    expect(await refusing.client.tip('main')).toBe(refusing.first)
    await client.tip('main')
    expect(issued).toHaveLength(1)
  })
})
