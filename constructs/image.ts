import { parseImage } from '../manifests/image-reference.ts'
import { type Shape, shape } from './shape.ts'

export { parseImage }

/** A reference of any kind; whether it must have a digest depends on the environment. */
export const IMAGE: Shape<string> = shape({
  expected: 'an image reference',
  example: "'registry.example.com/repository:tag@sha256:…'",
  is: (value) => typeof value === 'string' && parseImage(value) !== undefined,
})

/** An image that cannot be pulled, and that nothing else can be said against. */
export const missingImage = (name: string): string =>
  `${name}.invalid/missing@sha256:${'0'.repeat(64)}`

export const MISSING_IMAGE = missingImage('image')

/**
 * What `app.kubernetes.io/version` says of an image: the tag, which is for people, or else the
 * first digits of the digest.
 */
export function versionOf(image: string): string {
  const parsed = parseImage(image)
  return parsed?.tag ?? parsed?.digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? 'unknown'
}
