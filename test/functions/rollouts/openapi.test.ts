import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../../functions/http/problem-types.ts'
import { ROLLOUT_PROBLEMS } from '../../../functions/rollouts/rollout-problem-types.ts'
import { ROOT } from '../../meta/repository.ts'
import { rolloutsOf } from './rollout-world.ts'

interface Operation {
  readonly operationId: string
  readonly security: unknown
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const document = (await (await rolloutsOf([]).request('/openapi.json')).json()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

describe('The document of the API', () => {
  it('has each route, and wants a token for it', () => {
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'get /events',
      'get /v1/rollouts',
      'get /v1/rollouts/{namespace}/{name}',
      'post /v1/rollouts/tick',
      'post /v1/rollouts/{namespace}/{name}/abort',
      'post /v1/rollouts/{namespace}/{name}/approve',
      'post /v1/rollouts/{namespace}/{name}/pause',
      'post /v1/rollouts/{namespace}/{name}/promote',
      'post /v1/rollouts/{namespace}/{name}/resume',
      'post /v1/rollouts/{namespace}/{name}/retry',
      'post /v1/rollouts/{namespace}/{name}/rollback',
    ])
    for (const { security, path } of operations) expect(security, path).toEqual([{ bearer: [] }])
  })

  it('lists each status of a problem that there is, and no other', () => {
    const types = [...Object.values(PROBLEMS), ...Object.values(ROLLOUT_PROBLEMS)]
    const statuses = new Set(types.map(({ status }) => String(status)))
    // Of routes that there are not, and for nobody.
    for (const status of ['405', '499']) statuses.delete(status)
    const listed = operations.flatMap(({ responses }) => Object.keys(responses))
    expect(new Set(listed.filter((status) => Number(status) >= 400))).toEqual(statuses)
  })
})

it('docs/rollouts-server.md has each code of a problem of its own, with its status', () => {
  const page = readFileSync(join(ROOT, 'docs/rollouts-server.md'), 'utf8')
  const rows = page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \| (\d{3}) \|/gm)
  const listed = [...rows].flatMap(([, codes = '', status]) =>
    [...codes.matchAll(/[A-Z_]+/g)].map(([code]) => `${code} ${status}`),
  )
  const all = Object.values(ROLLOUT_PROBLEMS)
  expect(listed.sort()).toEqual(all.map(({ code, status }) => `${code} ${status}`).sort())
})
