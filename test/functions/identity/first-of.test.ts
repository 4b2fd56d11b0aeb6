import { describe, expect, it } from 'vitest'
import {
  AuthenticationUnavailableError,
  type Authenticator,
} from '../../../functions/identity/authenticator.ts'
import { firstOf } from '../../../functions/identity/first-of.ts'
import { describeAuthenticator } from './authenticator-contract.ts'

const TOKEN = 'a-token-of-somebody'
const knows = (name: string): Authenticator => ({
  authenticate: async (token) => (token === TOKEN ? { name, groups: [] } : undefined),
})
const nobody: Authenticator = { authenticate: async () => undefined }
const isDown = (message: string): Authenticator => ({
  async authenticate(_, signal) {
    signal.throwIfAborted()
    throw new AuthenticationUnavailableError({ message, retryable: true })
  },
})
const signal = AbortSignal.timeout(60_000)

describeAuthenticator({
  name: 'The first of several',
  open: () => firstOf([nobody, knows('ci'), knows('ops')]),
  good: async () => ({ token: TOKEN, identity: { name: 'ci', groups: [] } }),
})

describe('firstOf', () => {
  it('asks on when one cannot tell', async () => {
    const authenticator = firstOf([isDown('the first'), knows('ci')])
    expect(await authenticator.authenticate(TOKEN, signal)).toMatchObject({ name: 'ci' })
  })

  it('cannot tell that nobody knows a token as long as one could not be asked', async () => {
    const authenticator = firstOf([nobody, isDown('the second'), isDown('the third'), knows('ci')])
    await expect(authenticator.authenticate('else', signal)).rejects.toThrow('the second')
  })

  it('asks nobody else after an interruption', async () => {
    const authenticator = firstOf([isDown('the first'), knows('ci')])
    const reason = new Error('enough')
    const asking = authenticator.authenticate(TOKEN, AbortSignal.abort(reason))
    await expect(asking).rejects.toBe(reason)
  })

  it('knows nobody if there is nobody to ask', async () => {
    expect(await firstOf([]).authenticate(TOKEN, signal)).toBeUndefined()
  })
})
