/** The id that Git gives to this content by SHA-1, by Web Crypto: where there is no `node:crypto`. */
export async function webBlobId(content: string): Promise<string> {
  const encoder = new TextEncoder()
  const bytes = encoder.encode(content)
  const header = encoder.encode(`blob ${bytes.length}\0`)
  const object = new Uint8Array(header.length + bytes.length)
  object.set(header)
  object.set(bytes, header.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', object))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
