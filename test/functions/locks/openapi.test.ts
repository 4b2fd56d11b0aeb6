import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../../functions/http/problem-types.ts'
import { LOCK_PROBLEMS } from '../../../functions/locks/lock-problem-types.ts'
import { MemoryLeaseStore } from '../../../leases/memory-lease-store.ts'
import { ROOT } from '../../meta/repository.ts'
import { FunctionCaller, functionOf } from './function-caller.ts'

interface Operation {
  readonly operationId: string
  readonly security: unknown
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties: Readonly<Record<string, object>> }>
    >
    readonly securitySchemes: object
  }
}

const store = new MemoryLeaseStore()
const app = functionOf({ store, listing: store })
const document = (await (await app.request('/openapi.json')).json()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

describe('The document of the API', () => {
  it('has each route', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'delete /v1/locks/{namespace}/{name}/holds/{hold}',
      'get /v1/locks',
      'get /v1/locks/{namespace}',
      'get /v1/locks/{namespace}/{name}',
      'patch /v1/runs/{namespace}/{job}/{key}',
      'post /v1/locks/{namespace}/{name}/holds/{hold}/break',
      'post /v1/locks/{namespace}/{name}/holds/{hold}/renew',
      'put /v1/locks/{namespace}/{name}/holds/{hold}',
      'put /v1/runs/{namespace}/{job}/{key}',
    ])
  })

  it('wants a token for each', () => {
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer' },
    })
    for (const { security, path } of operations) expect(security, path).toEqual([{ bearer: [] }])
  })

  it('has the bounds that requests are checked by', () => {
    const { ttlSeconds } = document.components.schemas.HoldRequest!.properties
    expect(ttlSeconds).toMatchObject({ type: 'integer', minimum: 3, maximum: 86_400, default: 30 })
  })

  it('lists each status of a problem that there is, and no other', () => {
    const types = [...Object.values(PROBLEMS), ...Object.values(LOCK_PROBLEMS)]
    const statuses = new Set(types.map(({ status }) => String(status)))
    // Of routes that there are not, and for nobody.
    for (const status of ['405', '499']) statuses.delete(status)
    const listed = operations.flatMap(({ responses }) => Object.keys(responses))
    expect(new Set(listed.filter((status) => Number(status) >= 400))).toEqual(statuses)
  })

  it('is made once, and is the same each time', async () => {
    expect(await (await app.request('/openapi.json')).json()).toEqual(document)
  })
})

it('docs/http.md has each code of a problem, with its status', () => {
  const page = readFileSync(join(ROOT, 'docs/http.md'), 'utf8')
  const rows = page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \| (\d{3}) \|/gm)
  const listed = [...rows].flatMap(([, codes = '', status]) =>
    [...codes.matchAll(/[A-Z_]+/g)].map(([code]) => `${code} ${status}`),
  )
  const types = [...Object.values(PROBLEMS), ...Object.values(LOCK_PROBLEMS)]
  const all = types.filter(({ code }) => code !== 'CALLER_GONE')
  expect(listed.sort()).toEqual(all.map(({ code, status }) => `${code} ${status}`).sort())
})

it('an answer has what the document says that it has', async () => {
  const caller = new FunctionCaller([app], 'alice')
  const { status, body } = await caller.call('PUT', `/v1/locks/shop/ledger/holds/${randomUUID()}`, {
    body: {},
  })
  const route = document.paths['/v1/locks/{namespace}/{name}/holds/{hold}']
  expect(route?.put?.responses).toHaveProperty(String(status))
  const { Hold } = document.components.schemas
  expect(Object.keys(body).sort()).toEqual(Object.keys(Hold!.properties).sort())
})
