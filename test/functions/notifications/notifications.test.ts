import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { NotificationTarget } from '../../../functions/notifications/notification-target.ts'
import {
  Notifications,
  type NotificationsProps,
} from '../../../functions/notifications/notifications.ts'
import type { CommitNews } from '../../../functions/notifications/notifier.ts'
import { keptLog } from '../locks/function-caller.ts'
import { type ReceivedRequest, Receiver, type ReceiverAnswer } from './receiver.ts'

const COMMIT = '450796ddb2ab6724ee1cc32a4be56da032d1cca0'
const SECRET = 'of-the-receiver-0123456789'
const STANDARD = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`)

const NEWS: CommitNews = {
  environment: 'prod.eu',
  repository: 'https://x-access-token:hunter2@github.com/Acme/deploy.git',
  branch: 'deploy',
  commit: COMMIT,
  apps: [{ namespace: 'shop', app: 'checkout' }],
  action: 'advance',
  state: 'under-way',
  message: 'checkout gets 25 %',
  atMs: Date.UTC(2026, 7, 22, 7, 26, 19),
}

const receivers: Receiver[] = []
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()))
})

async function receiverThat(
  answer: (request: ReceivedRequest, count: number) => ReceiverAnswer | 'cut' | undefined,
): Promise<Receiver> {
  const receiver = await Receiver.start(answer)
  receivers.push(receiver)
  return receiver
}

const tell = (
  targets: readonly NotificationTarget[],
  news: CommitNews = NEWS,
  props: Partial<NotificationsProps> = {},
) => new Notifications({ targets, log: () => {}, ...props }).committed(news)

const hexOf = (body: Buffer): string => createHmac('sha256', SECRET).update(body).digest('hex')

describe('A receiver of Standard Webhooks', () => {
  /** As the specification says it, step by step. */
  function isSigned({ headers, body }: ReceivedRequest, secret: string): boolean {
    const age = Date.now() / 1000 - Number(headers['webhook-timestamp'])
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const head = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
    const mac = createHmac('sha256', key).update(head).update(body).digest('base64')
    const signatures = String(headers['webhook-signature']).split(' ')
    return Math.abs(age) < 300 && signatures.includes(`v1,${mac}`)
  }

  it('can check it with each of the secrets, and sees no credentials', async () => {
    const receiver = await receiverThat(() => ({ status: 204 }))
    const url = `${receiver.address}/hooks/deploys`
    const results = await tell([{ kind: 'standard-webhooks', url, secrets: STANDARD }])
    const [request] = receiver.requests
    for (const secret of STANDARD) expect(isSigned(request!, secret)).toBe(true)
    expect(isSigned(request!, `whsec_${Buffer.alloc(32, 3).toString('base64')}`)).toBe(false)
    expect(JSON.parse(request!.body.toString())).toEqual({
      type: 'environment.committed',
      timestamp: '2026-08-22T07:26:19.000Z',
      data: { ...NEWS, repository: 'github.com/acme/deploy' },
    })
    expect(results).toEqual([
      expect.objectContaining({ outcome: 'delivered', status: 204, attempts: 1 }),
    ])
  })

  it('gets the same id each time, without a full stop', async () => {
    const receiver = await receiverThat((_, count) => ({ status: count === 1 ? 503 : 200 }))
    await tell([{ kind: 'standard-webhooks', url: receiver.address, secrets: STANDARD }])
    await tell([{ kind: 'standard-webhooks', url: receiver.address, secrets: STANDARD }])
    const ids = receiver.requests.map(({ headers }) => headers['webhook-id'])
    expect(ids).toEqual(Array(3).fill(`commit_${COMMIT}_prod_eu`))
  })
})

describe('A Receiver of Flux', () => {
  const target = (url: string, secret?: string): NotificationTarget => ({
    kind: 'flux-receiver',
    url,
    secret,
  })

  it('of the type generic-hmac gets a signature over the body', async () => {
    const receiver = await receiverThat(({ headers, body }) => ({
      status: headers['x-signature'] === `sha256=${hexOf(body)}` ? 200 : 400,
    }))
    const path = `/hook/${'bed6d00b'.repeat(8)}`
    const [result] = await tell([target(`${receiver.address}${path}`, SECRET)])
    expect(result).toMatchObject({ outcome: 'delivered', status: 200 })
    expect(receiver.requests).toMatchObject([{ method: 'POST', path }])
  })

  it('that says that the signature is wrong is not asked again', async () => {
    const receiver = await receiverThat(() => ({ status: 400, body: 'invalid\nsignature' }))
    const [result] = await tell([target(`${receiver.address}/hook/x`, SECRET)])
    expect(result).toMatchObject({
      outcome: 'refused',
      attempts: 1,
      detail: 'it answered 400: invalid signature',
    })
  })

  it('of the type generic gets no signature', async () => {
    const receiver = await receiverThat(() => ({ status: 200 }))
    await tell([target(`${receiver.address}/hook/x`)])
    expect(receiver.requests[0]!.headers).not.toHaveProperty('x-signature')
  })
})

describe('Argo CD', () => {
  /** How Argo CD 3 finds the Applications that a push is about (util/webhook/webhook.go). */
  const concerns = (page: string, repoUrl: string): boolean => {
    const { hostname, pathname } = new URL(page)
    const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    return new RegExp(
      `^((https?|ssh)://)?([\\w.][\\w.-]{0,30}[\\w.$-]?@)?((alt)?ssh\\.)?${escaped(hostname)}(:\\d+)?[:/]${escaped(pathname.slice(1))}(\\.git)?$`,
      'i',
    ).test(repoUrl)
  }

  it('gets a push that it can check, about the Applications of that repository', async () => {
    const receiver = await receiverThat(({ headers, body }) => ({
      status: headers['x-hub-signature-256'] === `sha256=${hexOf(body)}` ? 200 : 400,
    }))
    const url = `${receiver.address}/api/webhook`
    const [result] = await tell([{ kind: 'argocd', url, secret: SECRET }])
    expect(result).toMatchObject({ outcome: 'delivered' })
    const [{ headers, body }] = receiver.requests as [ReceivedRequest]
    expect(headers['x-github-event']).toBe('push')
    const push = JSON.parse(body.toString())
    expect(push).toMatchObject({ ref: 'refs/heads/deploy', after: COMMIT, commits: [] })
    const page = push.repository.html_url
    expect(concerns(page, 'https://github.com/Acme/deploy.git')).toBe(true)
    expect(concerns(page, 'git@github.com:acme/deploy.git')).toBe(true)
    expect(concerns(page, 'https://github.com/acme/other.git')).toBe(false)
  })

  it('is not told of a repository that it cannot have', async () => {
    const receiver = await receiverThat(() => ({ status: 200 }))
    const news = { ...NEWS, repository: '/srv/git/deploy.git' }
    expect(await tell([{ kind: 'argocd', url: receiver.address }], news)).toEqual([])
    expect(receiver.requests).toEqual([])
  })
})

describe('The status of a commit', () => {
  const target = (
    kind: 'github-status' | 'gitlab-status',
    api: string,
    repository = 'git@github.com:acme/deploy.git',
  ): NotificationTarget => ({
    kind,
    repository,
    api,
    context: 'lockstep/prod',
    token: async () => 'token-of-an-hour',
  })

  it('on GitHub is as its API has it', async () => {
    const receiver = await receiverThat(() => ({ status: 201, body: '{}' }))
    const news = { ...NEWS, message: 'x'.repeat(200), url: 'https://rollouts.example.com/1' }
    await tell([target('github-status', receiver.address)], news)
    const [{ path, headers, body }] = receiver.requests as [ReceivedRequest]
    expect(path).toBe(`/repos/acme/deploy/statuses/${COMMIT}`)
    expect(headers).toMatchObject({
      authorization: 'Bearer token-of-an-hour',
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    })
    expect(JSON.parse(body.toString())).toEqual({
      state: 'pending',
      context: 'lockstep/prod',
      description: 'x'.repeat(140),
      target_url: 'https://rollouts.example.com/1',
    })
  })

  it('on GitLab is as its API has it', async () => {
    const receiver = await receiverThat(() => ({ status: 201, body: '{}' }))
    await tell([target('gitlab-status', receiver.address)], { ...NEWS, state: 'failed' })
    const [{ path, headers, body }] = receiver.requests as [ReceivedRequest]
    expect(path).toBe(`/projects/acme%2Fdeploy/statuses/${COMMIT}`)
    expect(headers['private-token']).toBe('token-of-an-hour')
    expect(JSON.parse(body.toString())).toEqual({
      state: 'failed',
      name: 'lockstep/prod',
      ref: 'deploy',
      description: 'checkout gets 25 %',
    })
  })

  it.each([
    ['under-way', 'pending', 'running'],
    ['succeeded', 'success', 'success'],
    ['failed', 'failure', 'failed'],
  ] as const)('%s is %s on GitHub and %s on GitLab', async (state, github, gitlab) => {
    const receiver = await receiverThat(() => ({ status: 201 }))
    const api = receiver.address
    await tell([target('github-status', api)], { ...NEWS, state })
    await tell([target('gitlab-status', api)], { ...NEWS, state })
    const states = receiver.requests.map(({ body }) => JSON.parse(body.toString()).state)
    expect(states).toEqual([github, gitlab])
  })

  it('on GitLab that it has already is no failure', async () => {
    const body = '{"message":"Cannot transition status via :run from :running"}'
    const receiver = await receiverThat(() => ({ status: 400, body }))
    const [result] = await tell([target('gitlab-status', receiver.address)])
    expect(result).toMatchObject({ outcome: 'delivered', status: 400 })
  })

  it('is of that repository alone', async () => {
    const receiver = await receiverThat(() => ({ status: 201 }))
    const other = target('github-status', receiver.address, 'https://github.com/acme/shop')
    expect(await tell([other])).toEqual([])
  })

  it('goes nowhere with what is no commit', async () => {
    const receiver = await receiverThat(() => ({ status: 201 }))
    for (const commit of ['../../../user', 'deploy', '']) {
      const [result] = await tell([target('github-status', receiver.address)], { ...NEWS, commit })
      expect(result).toMatchObject({ outcome: 'failed', attempts: 1 })
      expect(result?.detail).toContain('is no commit in full')
    }
    expect(receiver.requests).toEqual([])
  })

  it('needs a token, and says why there is none', async () => {
    const token = async () => {
      throw new Error('the App was uninstalled')
    }
    const receiver = await receiverThat(() => ({ status: 201 }))
    const results = await tell([
      { ...target('github-status', receiver.address), token } as NotificationTarget,
    ])
    expect(results).toMatchObject([{ outcome: 'failed', detail: 'the App was uninstalled' }])
  })

  it('goes to the API of its host', async () => {
    const urls: string[] = []
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(String(url))
      return new Response('', { status: 201 })
    }
    for (const [kind, repository] of [
      ['github-status', 'https://github.com/acme/deploy'],
      ['github-status', 'https://github.example.com/acme/deploy'],
      ['gitlab-status', 'git@gitlab.com:acme/sub/deploy.git'],
    ] as const) {
      const api = { ...target(kind, ''), repository, api: undefined } as NotificationTarget
      await tell([api], { ...NEWS, repository }, { fetch })
    }
    expect(urls).toEqual([
      `https://api.github.com/repos/acme/deploy/statuses/${COMMIT}`,
      `https://github.example.com/api/v3/repos/acme/deploy/statuses/${COMMIT}`,
      `https://gitlab.com/api/v4/projects/acme%2Fsub%2Fdeploy/statuses/${COMMIT}`,
    ])
  })
})

describe('Telling', () => {
  const target = (url: string): NotificationTarget => ({ kind: 'flux-receiver', url })

  it.each([429, 500, 502, 503])(
    'is tried again after %d, and after a cut connection',
    async (status) => {
      const receiver = await receiverThat((_, count) => {
        if (count === 1) return { status }
        return count === 2 ? 'cut' : { status: 200 }
      })
      const [result] = await tell([target(receiver.address)])
      expect(result).toMatchObject({ outcome: 'delivered', attempts: 3 })
    },
  )

  it('is tried again when one attempt takes too long', async () => {
    const receiver = await receiverThat((_, count) => (count === 1 ? undefined : { status: 200 }))
    const [result] = await tell([target(receiver.address)], NEWS, { attemptMs: 1000 })
    expect(result).toMatchObject({ outcome: 'delivered' })
    expect(receiver.requests.length).toBeGreaterThan(1)
  })

  it('ends when its time is over, whatever the others do', async () => {
    const silent = await receiverThat(() => undefined)
    const well = await receiverThat(() => ({ status: 200 }))
    const results = await tell([target(silent.address), target(well.address)], NEWS, {
      limitMs: 2000,
      attemptMs: 2000,
    })
    expect(results).toMatchObject([
      { outcome: 'failed', detail: 'it did not take it within 2000 ms' },
      { outcome: 'delivered' },
    ])
  })

  it('ends when whoever is told does not want to be asked again within its time', async () => {
    const headers = { 'retry-after': '3600' }
    const receiver = await receiverThat(() => ({ status: 429, headers }))
    const [result] = await tell([target(receiver.address)], NEWS, { limitMs: 2000 })
    expect(result).toMatchObject({ outcome: 'failed', status: 429, attempts: 1 })
  })

  it('never fails, not even where nobody listens', async () => {
    const receiver = await Receiver.start(() => ({ status: 200 }))
    const { address } = receiver
    await receiver.stop()
    const [result] = await tell([target(address)], NEWS, { limitMs: 1000 })
    expect(result).toMatchObject({ outcome: 'failed', status: undefined })
    expect(result?.detail).not.toBe('')
  })

  it('follows nobody elsewhere', async () => {
    const elsewhere = await receiverThat(() => ({ status: 200 }))
    const headers = { location: elsewhere.address }
    const receiver = await receiverThat(() => ({ status: 307, headers }))
    const [result] = await tell([target(receiver.address)])
    expect(result).toMatchObject({ outcome: 'refused', status: 307 })
    expect(elsewhere.requests).toEqual([])
  })

  it('reads no more of an answer than it needs', async () => {
    const body = 'x'.repeat(1_000_000)
    const receiver = await receiverThat(() => ({ status: 400, body, isEndless: true }))
    const [result] = await tell([target(receiver.address)])
    expect(result).toMatchObject({ outcome: 'refused', status: 400 })
    expect(result?.detail.length).toBeLessThan(300)
  })

  it('is for environments that somebody names, if somebody does', async () => {
    const receiver = await receiverThat(() => ({ status: 200 }))
    const of = (...environments: readonly string[]) =>
      tell([{ ...target(receiver.address), environments }])
    expect(await of('staging')).toEqual([])
    expect(await of('staging', 'prod.eu')).toHaveLength(1)
  })

  it('is in the log, and the path of the receiver, which may be a secret, is not', async () => {
    const receiver = await receiverThat((_, count) => ({ status: count === 1 ? 200 : 404 }))
    const { entries, log } = keptLog()
    for (let count = 0; count < 2; count++) {
      await tell([target(`${receiver.address}/hook/5ecret`)], NEWS, { log })
    }
    expect(entries.map(({ level, fields }) => [level, fields.outcome, fields.commit])).toEqual([
      ['info', 'delivered', COMMIT],
      ['warn', 'refused', COMMIT],
    ])
    expect(JSON.stringify(entries)).not.toContain('5ecret')
    expect(entries[0]!.message).toContain(new URL(receiver.address).host)
  })
})
