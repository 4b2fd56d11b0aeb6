/** Hash functions that signatures may use. Not SHA-1. */
export type SignatureHash = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** HMAC (RFC 2104). */
export async function hmacOf(
  key: Uint8Array<ArrayBuffer>,
  hash: SignatureHash,
  content: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const imported = await importKey(key, hash, 'sign')
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, content))
}

/** Whether a signature was made with one of these secrets. It takes as long for all of them. */
export async function isHmac(
  signature: Uint8Array<ArrayBuffer>,
  { secrets, hash, content }: HmacCheck,
): Promise<boolean> {
  const results = await Promise.all(
    secrets.map(async (secret) => {
      const key = await importKey(new TextEncoder().encode(secret), hash, 'verify')
      return crypto.subtle.verify('HMAC', key, signature, content)
    }),
  )
  return results.includes(true)
}

export interface HmacCheck {
  readonly secrets: readonly string[]
  readonly hash: SignatureHash
  readonly content: Uint8Array<ArrayBuffer>
}

const importKey = (key: Uint8Array<ArrayBuffer>, hash: SignatureHash, usage: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, [usage])

/** `undefined` for what is no hexadecimal. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** In small digits. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
