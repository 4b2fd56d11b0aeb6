import { hmacOf, toHex } from '../webhooks/hmac-signature.ts'

/** `sha256=` and hexadecimal digits, as GitHub and Flux have it. */
export async function githubStyleSignature(
  secret: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return `sha256=${toHex(await hmacOf(new TextEncoder().encode(secret), 'SHA-256', body))}`
}
