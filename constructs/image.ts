import { parseImage } from '../manifests/image-reference.ts'

export { parseImage }

/**
 * What `app.kubernetes.io/version` says of an image: the tag, which is for people, or else the
 * first digits of the digest.
 */
export function versionOf(image: string): string {
  const parsed = parseImage(image)
  return parsed?.tag ?? parsed?.digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? 'unknown'
}
