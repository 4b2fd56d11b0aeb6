import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { findImage } from '../../images/find-image.ts'
import { OciRegistry, type OciRegistryProps } from '../../images/oci-registry.ts'
import { isPassing } from '../../images/passing-failure.ts'
import { allTags } from './all-tags.ts'
import { INDEX, RegistryStandIn } from './registry-stand-in.ts'

const { signal } = new AbortController()
const CREDENTIALS = { username: 'pülls', password: 'a secret' }
const BASIC = `Basic ${Buffer.from('pülls:a secret').toString('base64')}`

async function standIn(props: Partial<OciRegistryProps> = {}) {
  const server = await RegistryStandIn.start()
  const { address } = server
  const client = new OciRegistry({ host: 'registry.example.com', address, ...props })
  return { server, client }
}

const answers =
  (status: number, headers: Readonly<Record<string, string>>, body = '') =>
  (_: unknown, response: ServerResponse) => {
    response.writeHead(status, headers).end(body)
    return true
  }

describe('A registry', () => {
  it('says which digest a tag has now', async () => {
    const { server, client } = await standIn()
    const first = server.push('shop/web', 'main', 'first')
    expect(await client.digest('shop/web', 'main', signal)).toBe(first)
    const second = server.push('shop/web', 'main', 'second')
    expect(await client.digest('shop/web', 'main', signal)).toBe(second)
    await client.verify('shop/web', second, signal)
    expect(server.requests.slice(0, 2)).toEqual([
      'HEAD /v2/shop/web/manifests/main',
      'HEAD /v2/shop/web/manifests/main',
    ])
  })

  it('has its tags read to the last page', async () => {
    const { server, client } = await standIn()
    for (const tag of ['1.0.0', '1.0.1', '1.0.2', '1.0.3', '1.0.4']) server.push('shop/web', tag)
    server.push('shop/cart', '9.9.9')
    expect(await allTags(client, 'shop/web', signal)).toEqual([
      '1.0.0',
      '1.0.1',
      '1.0.2',
      '1.0.3',
      '1.0.4',
    ])
  })

  it('that never ends its list is left', async () => {
    const { server, client } = await standIn()
    const link = `<http://elsewhere.example.com/v2/x/tags/list?last=1>; rel="next"`
    server.intercept = answers(200, { link }, '{"tags":["1.0.0"]}')
    await expect(allTags(client, 'shop/web', signal)).rejects.toThrow('more tags than can be read')
    // A page is asked for where the settings say, wherever the registry says that it is.
    expect(server.requests.at(-1)).toBe('GET /v2/shop/web/tags/list?last=1')
  })

  it('that has very much on every page of its list is left', async () => {
    const { server, client } = await standIn()
    const link = `</v2/shop/web/tags/list?last=1>; rel="next"`
    server.intercept = answers(200, { link }, `{"tags":["1.0.0"]}${' '.repeat(4_000_000)}`)
    await expect(allTags(client, 'shop/web', signal)).rejects.toThrow('more tags than can be read')
    expect(server.requests).toHaveLength(5)
  })

  it('with hundreds of thousands of tags has the newest release found among them', async () => {
    const { server, client } = await standIn()
    const newest = server.push('shop/web', '1.9.0')
    server.push('shop/web', 'zzz')
    const tags = Array.from({ length: 200_000 }, (_, index) => `1.0.${index}`)
    const pages = [['0.0.1'], tags, ['1.9.0', '1.2.0'], ['1.8.9']]
    server.intercept = ({ url = '' }, response) => {
      const [, page] = /tags\/list\?(?:n=1000|page=(\d))$/.exec(url) ?? []
      if (!url.includes('tags/list')) return false
      const next = Number(page ?? 0) + 1
      const headers = next < pages.length ? { link: `<?page=${next}>; rel="next"` } : {}
      return answers(200, headers, JSON.stringify({ tags: pages[next - 1] }))(undefined, response)
    }
    const image = { host: 'registry.example.com', name: 'shop/web' }
    const found = await findImage(client, { image, rule: { versions: '1.x' } }, signal)
    expect(found).toEqual({ tag: '1.9.0', digest: newest })
  })

  it('has what is no tag left out of its list', async () => {
    const { server, client } = await standIn()
    const tags = ['1.0.0', '1.0.1\n\nskip-checks: true', '', '.hidden', `1.0.${'9'.repeat(125)}`, 1]
    server.intercept = answers(200, {}, JSON.stringify({ tags }))
    expect(await allTags(client, 'shop/web', signal)).toEqual(['1.0.0'])
  })

  it('that says no digest has what it sends hashed', async () => {
    const { server, client } = await standIn()
    server.intercept = ({ method }, response) =>
      answers(200, { 'content-type': INDEX }, method === 'HEAD' ? '' : '{}')(undefined, response)
    expect(await client.digest('shop/web', 'main', signal)).toBe(
      'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    )
  })

  it('that sends something else than what the digest is of is not believed', async () => {
    const { server, client } = await standIn()
    const digest = server.push('shop/web', 'main')
    server.intercept = answers(
      200,
      { 'content-type': INDEX, 'docker-content-digest': digest },
      '{}',
    )
    await expect(client.verify('shop/web', digest, signal)).rejects.toMatchObject({
      failure: 'wrong',
      message: expect.stringContaining('has content of sha256:44136f'),
    })
  })

  it.each([
    [404, {}, 'absent'],
    [403, {}, 'refused'],
    [401, {}, 'refused'],
    [500, {}, 'unreachable'],
    [429, { 'retry-after': '7' }, 'throttled'],
    [307, { location: 'http://169.254.169.254/latest' }, 'wrong'],
    [200, { 'content-type': 'text/html' }, 'wrong'],
    [200, { 'content-type': INDEX, 'docker-content-digest': 'sha256:short' }, 'wrong'],
    [200, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, 'wrong'],
  ])(
    'that answers %d %j fails as %s, and nobody else is asked',
    async (status, headers, failure) => {
      const { server, client } = await standIn()
      server.intercept = answers(status, headers)
      await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({
        failure,
        message: expect.stringContaining('registry.example.com'),
      })
      expect(server.requests).toHaveLength(1)
    },
  )

  it('that asks to be left alone says for how long', async () => {
    const { server, client } = await standIn()
    server.intercept = answers(429, { 'retry-after': '7' })
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({
      retryAfterMs: 7_000,
    })
  })

  it('that sends without an end is cut off', async () => {
    const { server, client } = await standIn()
    server.intercept = answers(200, { 'content-type': INDEX }, 'x'.repeat(5 * 1024 * 1024))
    await expect(client.verify('shop/web', 'sha256:0', signal)).rejects.toThrow('more than 4194304')
  })

  it('that does not answer is waited for no longer than is said', async () => {
    const { server, client } = await standIn({ timeoutMs: 50 })
    server.intercept = () => true
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({
      failure: 'unreachable',
    })
  })

  it('that is away is unreachable, and whoever gives up is told why', async () => {
    const client = new OciRegistry({ host: 'r.example.com', address: 'http://127.0.0.1:1' })
    await expect(client.digest('a', 'b', signal)).rejects.toMatchObject({ failure: 'unreachable' })
    const reason = new Error('enough')
    await expect(client.digest('a', 'b', AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe.each([
  ['breaks off', 5_000, (response: ServerResponse) => void response.destroy()],
  ['says no more', 200, () => {}],
])('A registry that in the middle of an answer %s', (_, timeoutMs, stop) => {
  /** Says something, as if there were more, and stops. */
  const half =
    (status: number, headers: Readonly<Record<string, string>> = {}) =>
    (response: ServerResponse): boolean => {
      response.writeHead(status, { 'content-type': INDEX, ...headers })
      response.write('{"tags":["1', () => stop(response))
      return true
    }

  const unreachable = { name: 'RegistryError', failure: 'unreachable' }

  it('is asked again later: a manifest', async () => {
    const { server, client } = await standIn({ timeoutMs })
    const digest = server.push('shop/web', 'main')
    server.intercept = (_, response) => half(200)(response)
    const failed = await client.verify('shop/web', digest, signal).catch((error: unknown) => error)
    expect(failed).toMatchObject(unreachable)
    expect(isPassing(failed)).toBe(true)
  })

  it('is asked again later: what a digest is made of', async () => {
    const { server, client } = await standIn({ timeoutMs })
    server.intercept = ({ method }, response) =>
      method === 'HEAD'
        ? answers(200, { 'content-type': INDEX })(undefined, response)
        : half(200)(response)
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject(unreachable)
  })

  it('is asked again later: tags', async () => {
    const { server, client } = await standIn({ timeoutMs })
    server.intercept = (_, response) => half(200)(response)
    await expect(allTags(client, 'shop/web', signal)).rejects.toMatchObject(unreachable)
  })

  it('is asked again later: a token', async () => {
    const { server, client } = await standIn({ timeoutMs })
    const challenge = `Bearer realm="${server.address}/token"`
    server.intercept = ({ url = '' }, response) =>
      url.startsWith('/token')
        ? half(200)(response)
        : answers(401, { 'www-authenticate': challenge })(undefined, response)
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject(unreachable)
  })

  it('has said all that counts where it refuses', async () => {
    const { server, client } = await standIn({ timeoutMs })
    server.intercept = (_, response) => half(404)(response)
    await expect(allTags(client, 'shop/web', signal)).rejects.toMatchObject({ failure: 'absent' })
    server.intercept = (_, response) => half(401, { 'www-authenticate': 'Basic' })(response)
    await expect(allTags(client, 'shop/web', signal)).rejects.toMatchObject({ failure: 'refused' })
  })
})

it('whoever gives up while a registry answers is told why', async () => {
  const reason = new Error('enough')
  const { server, client } = await standIn()
  const challenge = `Bearer realm="${server.address}/token"`
  for (const slow of ['/token', '/v2/']) {
    const giveUp = new AbortController()
    server.intercept = ({ url = '' }, response) => {
      if (!url.startsWith(slow)) {
        return answers(401, { 'www-authenticate': challenge })(undefined, response)
      }
      response.writeHead(200, { 'content-type': INDEX })
      response.write('{', () => giveUp.abort(reason))
      return true
    }
    await expect(client.verify('shop/web', 'sha256:0', giveUp.signal)).rejects.toBe(reason)
  }
})

describe('A registry that lets in', () => {
  it('by a name and a password is sent them only when it asks', async () => {
    const { server, client } = await standIn({ credentials: async () => CREDENTIALS })
    const digest = server.push('shop/web', 'main')
    server.intercept = ({ headers }, response) =>
      headers.authorization === BASIC
        ? false
        : answers(401, { 'www-authenticate': 'Basic realm="r"' })(undefined, response)
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    expect(server.authorizations).toEqual([undefined, BASIC, BASIC])
  })

  it('by tokens is shown one for that image, and a new one when it does not take it any longer', async () => {
    const { server, client } = await standIn({ credentials: async () => CREDENTIALS })
    const digest = server.push('shop/web', 'main')
    let valid = 't0'
    server.intercept = ({ url = '', headers }, response) => {
      if (url.startsWith('/token')) {
        valid = `${valid}x`
        return answers(200, {}, JSON.stringify({ access_token: valid }))(undefined, response)
      }
      if (headers.authorization === `Bearer ${valid}`) return false
      const challenge = `Bearer realm="${server.address}/token?tenant=1",service="the registry"`
      return answers(401, { 'www-authenticate': challenge })(undefined, response)
    }
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    valid = 'another'
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    const token = '/token?tenant=1&service=the+registry&scope=repository%3Ashop%2Fweb%3Apull'
    expect(server.requests.filter((request) => request.includes('/token'))).toEqual([
      `GET ${token}`,
      `GET ${token}`,
    ])
    expect(server.authorizations[1]).toBe(BASIC)
  })

  it.each([
    'http://169.254.169.254/token',
    'http://elsewhere.example.com/token',
    'file:///etc/passwd',
    'https://user:password@elsewhere.example.com/token',
    'no address',
  ])('is not sent a password to %s', async (realm) => {
    const { server, client } = await standIn({ credentials: async () => CREDENTIALS })
    server.intercept = answers(401, { 'www-authenticate': `Bearer realm="${realm}"` })
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({
      failure: 'wrong',
    })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    [401, '{}', 'refused'],
    [503, '{}', 'unreachable'],
    [200, '{}', 'wrong'],
    [200, 'no JSON', 'wrong'],
    [200, '{"token":"a\\nb"}', 'wrong'],
  ])('fails where tokens are answered %d %s', async (status, body, failure) => {
    const { server, client } = await standIn()
    server.intercept = ({ url = '' }, response) =>
      url.startsWith('/token')
        ? answers(status, {}, body)(undefined, response)
        : answers(401, { 'www-authenticate': `Bearer realm="${server.address}/token"` })(
            undefined,
            response,
          )
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({ failure })
  })

  it('nobody without a name says so', async () => {
    const { server, client } = await standIn()
    server.intercept = answers(401, { 'www-authenticate': 'Basic' })
    await expect(client.digest('shop/web', 'main', signal)).rejects.toThrow('asks for a name')
  })
})
