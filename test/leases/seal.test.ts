import { base64url, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { BrokenSealError, Seal } from '../../leases/seal.ts'

const KEYS = [32, 64, 65, 200].map((length) => new Uint8Array(length).fill(length))
const CONTENT = { id: 'ünique', written: { version: '17' } }
const HEADER = { alg: 'HS256', typ: 'lockstep-handle+jwt' }

describe('A seal', () => {
  it.each(KEYS.map((key) => [key.length, key] as const))(
    'with a key of %i bytes makes tokens that others can check, and opens theirs',
    async (_, key) => {
      const seal = new Seal([key])
      const { payload, protectedHeader } = await jwtVerify(seal.sign('handle', CONTENT), key)
      expect(payload).toEqual(CONTENT)
      expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'lockstep-handle+jwt' })
      const theirs = await new SignJWT(CONTENT).setProtectedHeader(HEADER).sign(key)
      expect(seal.open('handle', theirs)).toEqual(CONTENT)
    },
  )

  const [key = new Uint8Array(32)] = KEYS
  const seal = new Seal([key])
  const [header, content, mac] = seal.sign('handle', CONTENT).split('.')
  const other = base64url.encode(JSON.stringify({ ...CONTENT, id: 'other' }))
  const none = base64url.encode(JSON.stringify({ ...HEADER, alg: 'none' }))

  it.each([
    ['has other content', `${header}.${other}.${mac}`],
    ['has another header', `${none}.${content}.${mac}`],
    ['says that it is not signed', `${none}.${content}.`],
    ['has no signature', `${header}.${content}`],
    ['has half of it', `${header}.${content}.${mac?.slice(0, 20)}`],
    ['has more than it', `${header}.${content}.${mac}A`],
    ['has its letters in another spelling', `${header}.${content}.${mac}=`],
    ['is of two parts', `${content}.${mac}`],
    ['is one word', 'nonsense'],
    ['is nothing', ''],
    ['is no ASCII', '☃.☃.☃'],
  ])('is broken if the token %s', (_, token) => {
    expect(() => seal.open('handle', token)).toThrow(BrokenSealError)
  })

  it('is broken if the token is of another kind, by whomever it was made', async () => {
    expect(() => seal.open('observation', seal.sign('handle', CONTENT))).toThrow(BrokenSealError)
    const plain = await new SignJWT(CONTENT).setProtectedHeader({ alg: 'HS256' }).sign(key)
    expect(() => seal.open('handle', plain)).toThrow(BrokenSealError)
  })
})
