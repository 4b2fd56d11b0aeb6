import { hash } from 'node:crypto'

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256'

/** The id that Git gives to this content, without asking Git. */
export function blobId(content: string, format: ObjectFormat): string {
  return hash(format, `blob ${Buffer.byteLength(content)}\0${content}`)
}
