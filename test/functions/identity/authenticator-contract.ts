import { describe, expect, it } from 'vitest'
import {
  AuthenticationUnavailableError,
  type Authenticator,
} from '../../../functions/identity/authenticator.ts'
import type { Identity } from '../../../functions/identity/identity.ts'

export interface AuthenticatorContractProps {
  readonly name: string
  /** One that knows the tokens of `good` and `wrong`. */
  readonly open: () => Authenticator | Promise<Authenticator>
  /** A token, and whose it is. A new one each time, if there can be several. */
  readonly good: () => Promise<{ readonly token: string; readonly identity: Identity }>
  /** What nearly is a token of it, by what is wrong with it. */
  readonly wrong?: Readonly<Record<string, () => Promise<string>>>
  /** One whose source cannot be asked. Left out for those who ask nobody. */
  readonly cutOff?: () => Authenticator | Promise<Authenticator>
}

const JWT_OF_NOBODY = `${btoa('{"alg":"RS256"}')}.${btoa('{"iss":"nobody"}')}.c2ln`

/** What is no token of anybody. */
const NONSENSE: Readonly<Record<string, string>> = {
  'no text at all': '',
  'a word': 'x',
  'dots alone': '..',
  'dots and no JSON': 'a.b.c',
  'a token of somebody else': JWT_OF_NOBODY,
  'a long text': 'x'.repeat(100_000),
  'other alphabets': 'ключ-鍵-🔑',
  'what ends a header': 'a\r\nb: c',
}

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

/** What every `Authenticator` must do. */
export function describeAuthenticator(props: AuthenticatorContractProps): void {
  const { name, open, good, wrong = {}, cutOff } = props

  describe(`${name} as an Authenticator`, () => {
    it('knows whose a token is, each time', async () => {
      const authenticator = await open()
      const { token, identity } = await good()
      for (let time = 0; time < 3; time++) {
        expect(await authenticator.authenticate(token, signal())).toEqual(identity)
      }
    })

    it('knows its tokens letter by letter', async () => {
      const authenticator = await open()
      const { token } = await good()
      // Not the last letter, whose lower bits base64 may not use.
      const changed = `${token.slice(0, -8)}${token.at(-8) === 'A' ? 'B' : 'A'}${token.slice(-7)}`
      for (const other of [changed, token.slice(0, -4), `${token}${token}`, token.slice(1)]) {
        expect(await authenticator.authenticate(other, signal())).toBeUndefined()
      }
    })

    it.each(Object.entries(NONSENSE))('takes %s for no token', async (_, token) => {
      const authenticator = await open()
      expect(await authenticator.authenticate(token, signal())).toBeUndefined()
    })

    it.each(Object.entries(wrong))('takes no token %s', async (_, make) => {
      const authenticator = await open()
      expect(await authenticator.authenticate(await make(), signal())).toBeUndefined()
      // And it was that alone.
      const { token, identity } = await good()
      expect(await authenticator.authenticate(token, signal())).toEqual(identity)
    })

    if (cutOff === undefined) return

    it('says that it cannot tell, without the token', async () => {
      const authenticator = await cutOff()
      const { token } = await good()
      const error = await authenticator.authenticate(token, signal()).catch((error) => error)
      expect(error).toBeInstanceOf(AuthenticationUnavailableError)
      expect(error).toMatchObject({ code: 'AUTHENTICATION_UNAVAILABLE', retryable: true })
      expect(String(error.stack)).not.toContain(token)
    })

    it('asks nobody once it is interrupted', async () => {
      const authenticator = await open()
      const { token } = await good()
      const reason = new Error('enough')
      const asking = authenticator.authenticate(token, AbortSignal.abort(reason))
      await expect(asking).rejects.toBe(reason)
    })
  })
}
