import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Backing, readAccess } from '../../../functions/configuration/access.ts'
import { Mistakes } from '../../../functions/configuration/mistakes.ts'
import type { SettingSource } from '../../../functions/configuration/setting-source.ts'
import { answered } from '../../kubernetes/canned-answers.ts'

const token = randomBytes(32).toString('hex')
const TOKENS = `tokens: [{ name: ci, sha256: '${createHash('sha256').update(token).digest('hex')}' }]`
const POLICY = 'rules: [{ names: [ci], verbs: [hold], locks: ["*/*"] }]'
const IMPORT = { verb: 'hold', namespace: 'shop', name: 'import' } as const
const signal = () => AbortSignal.timeout(20_000)

async function read(env: SettingSource['env'], backing: Backing) {
  const mistakes = new Mistakes()
  const access = await readAccess({ env }, backing, mistakes)
  return { access, mistakes: mistakes.isEmpty ? [] : mistakes.toError().mistakes }
}

/** Of a cluster that allows nothing, and knows no token. */
const cluster = answered({
  status: 201,
  body: { kind: 'SubjectAccessReview', status: { allowed: false } },
})

describe('readAccess', () => {
  it.each<Backing>(['file', cluster, 'unknown'])(
    'lets nobody in if nothing says who',
    async (backing) => {
      expect(await read({}, backing)).toEqual({ access: 'nobody', mistakes: [] })
    },
  )

  it('asks the policy, and not the cluster, once there is one', async () => {
    const env = { LOCKSTEP_STATIC_TOKENS: TOKENS }
    const ci = { name: 'ci', groups: [], proof: 'static token' }
    for (const [policy, allowed] of [
      [undefined, false],
      [POLICY, true],
    ] as const) {
      const { access } = await read({ ...env, LOCKSTEP_POLICY: policy }, cluster)
      if (access === undefined || access === 'nobody') throw new Error('Nobody is let in')
      expect(await access.authenticator.authenticate(token, signal())).toEqual(ci)
      expect(await access.authorizer.allows(ci, IMPORT, signal())).toBe(allowed)
    }
  })

  it('needs a policy where there is no cluster', async () => {
    expect(await read({ LOCKSTEP_STATIC_TOKENS: TOKENS }, 'file')).toEqual({
      access: undefined,
      mistakes: [expect.stringContaining('LOCKSTEP_POLICY: Is missing.')],
    })
  })

  it('says nothing of what follows from a cluster that is wrong', async () => {
    const env = { LOCKSTEP_STATIC_TOKENS: TOKENS, LOCKSTEP_TOKEN_AUDIENCE: 'locks' }
    expect(await read(env, 'unknown')).toEqual({ access: undefined, mistakes: [] })
  })

  it('does not take issuers for one another', async () => {
    const issuer = (prefix: string) =>
      `{ issuer: https://${prefix.replaceAll(':', '')}.example.com, audience: a, prefix: '${prefix}', requiredClaims: {} }`
    const issuers = `issuers: [${['a:', 'b:', 'a:b:'].map(issuer)}]`
    expect(await read({ LOCKSTEP_OIDC_ISSUERS: issuers }, cluster)).toEqual({
      access: undefined,
      mistakes: [expect.stringMatching(/issuers\[2\]\.prefix: .*issuers\[0\]\. Give each issuer/)],
    })
  })
})
