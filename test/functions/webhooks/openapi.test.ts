import { describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../../functions/http/problem-types.ts'
import { WEBHOOK_PROBLEMS } from '../../../functions/webhooks/webhook-problem-types.ts'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, KINDS, senderOf } from './webhook-caller.ts'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const sink = new RecordingSink()
const documentOf = async (kinds: typeof KINDS) => {
  const app = functionOf({ sink, senders: kinds.map((kind) => senderOf(kind)) })
  return (await (await app.request('/openapi.json')).json()) as Document
}

describe('The document of the API', () => {
  it('has each sender that is known, and no other', async () => {
    const { paths } = await documentOf(KINDS)
    const expected = KINDS.map((kind) => `/webhooks/${kind}`.replace('flagger', 'flagger/{hook}'))
    expect(Object.keys(paths).sort()).toEqual(expected.sort())
    expect(Object.keys((await documentOf(['github'])).paths)).toEqual(['/webhooks/github'])
  })

  it('says what each is answered, and no status that nothing has', async () => {
    const { paths } = await documentOf(KINDS)
    const statuses = (path: string) => Object.keys(paths[path]!.post.responses).map(Number)
    expect(statuses('/webhooks/flux')).toEqual(expect.arrayContaining([200, 202]))
    expect(statuses('/webhooks/flagger/{hook}')).toEqual(expect.arrayContaining([200, 403]))
    expect(statuses('/webhooks/argo-rollouts')).not.toContain(202)
    const problems = [...Object.values(PROBLEMS), ...Object.values(WEBHOOK_PROBLEMS)]
    const known = new Set<number>([200, 202, ...problems.map(({ status }) => status)])
    for (const path of Object.keys(paths)) {
      expect(statuses(path).filter((status) => !known.has(status))).toEqual([])
    }
  })

  it('calls each something of its own', async () => {
    const { paths } = await documentOf(KINDS)
    const names = Object.values(paths).map(({ post }) => post.operationId)
    expect(new Set(names).size).toBe(KINDS.length)
    expect(names).toEqual(expect.arrayContaining(['takeFlux', 'takeRegistryDockerHub']))
  })

  it('has what they send under names of its own', async () => {
    const { components } = await documentOf(KINDS)
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['FluxEvent', 'AlertmanagerMessage', 'GateAnswer', 'Taken']),
    )
  })
})

it('says that it is ready when its sink is', async () => {
  const waiting = functionOf({
    sink,
    becomeReady: async () => {
      throw new Error('Git was not reached yet')
    },
  })
  expect((await waiting.request('/readyz')).status).toBe(503)
  expect((await functionOf({ sink }).request('/readyz')).status).toBe(200)
})
