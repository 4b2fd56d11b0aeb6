import { createHash } from 'node:crypto'

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The id that Git gives to this content, without asking Git. */
export function blobId(content: string, format: ObjectFormat): string {
  const bytes = Buffer.from(content, 'utf8')
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
