import { z } from '@hono/zod-openapi'
import { formatToken } from '../../leases/fencing-token.ts'
import type { Grant } from '../../leases/grant.ts'
import { sealGrant } from '../../leases/grant-handle.ts'
import { holdState } from '../../leases/hold-state.ts'
import type { Seal } from '../../leases/seal.ts'

/** A hold, as its holder gets to know it. */
export const holdSchema = z
  .object({
    id: z.uuid(),
    holder: z.string().meta({ description: 'Who it is to others: the subject of the token' }),
    lease: z.string().meta({ description: 'Name of the Lease: of a lock with slots, which one' }),
    token: z.string().meta({ description: 'Fencing token as text: epoch, colon, number' }),
    epoch: z.string().meta({ description: 'Tokens of one epoch can be compared' }),
    number: z.string().regex(/^\d+$/).meta({ description: 'Decimal; larger for each later hold' }),
    ttlSeconds: z.int(),
    validForMs: z.number().meta({
      description:
        'How long its holder may go on, counted from before it sent the request that this answers',
    }),
    renewAfterMs: z.number().meta({ description: 'When to renew: two renewals may fail then' }),
    handle: z.string().meta({ description: 'For the header Lock-Token of the next request' }),
  })
  .openapi('Hold')

/** What a client can do with a hold, so that one that was generated can find it out. */
const LINK_PARAMETERS = {
  namespace: '$request.path.namespace',
  name: '$request.path.name',
  hold: '$request.path.hold',
  'header.lock-token': '$response.body#/handle',
}

/** The answer of a route that has a hold. */
export const holdResponse = (description: string) => ({
  description,
  headers: z.object({ ETag: z.string().meta({ description: 'Version of the Lease' }) }),
  content: { 'application/json': { schema: holdSchema } },
  links: {
    renew: { operationId: 'renewHold', parameters: LINK_PARAMETERS },
    release: { operationId: 'releaseHold', parameters: LINK_PARAMETERS },
  },
})

export type HoldAnswer = z.infer<typeof holdSchema>

export function holdAnswer(seal: Seal, grant: Grant): HoldAnswer {
  const { id, token, timing, written } = grant
  return {
    id,
    holder: holdState(written.lease)?.holder ?? '',
    lease: written.lease.name.name,
    token: formatToken(token),
    epoch: token.epoch,
    number: String(token.number),
    ttlSeconds: timing.ttlMs / 1000,
    validForMs: timing.ttlMs - timing.marginMs,
    renewAfterMs: timing.renewEveryMs,
    handle: sealGrant(seal, grant),
  }
}

/** Strong: what is answered for one version of a Lease is the same to the byte. */
export const etagOf = ({ written }: Grant): string => `"${written.lease.version}"`
