import { createHash, randomBytes } from 'node:crypto'
import { overHttp, SENDERS, targetOf } from './served-rollouts.ts'

/** A repository by HTTP, and nobody who may do anything but send webhooks. */
export function lambdaSettings({
  url,
  cluster,
}: {
  readonly url: string
  readonly cluster: object
}): Readonly<Record<string, string>> {
  const sha256 = createHash('sha256').update(randomBytes(24)).digest('hex')
  return {
    ...targetOf(overHttp(url), { cluster }),
    LOCKSTEP_STATIC_TOKENS: JSON.stringify({ tokens: [{ name: 'nobody', sha256 }] }),
    LOCKSTEP_POLICY: JSON.stringify({
      rules: [{ names: ['nobody'], verbs: ['tick'], rollouts: ['prod/*/*'] }],
    }),
    ...SENDERS,
  }
}
