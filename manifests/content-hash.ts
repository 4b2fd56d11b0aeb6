import { sha256 } from '@noble/hashes/sha2.js'

/**
 * Kubernetes' own alphabet for generated names: no vowels, so no words; no 0, 1 or 3, which look
 * like letters. May stand anywhere in a DNS label or label value.
 */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * Characters of a content hash. 27^10 is more than 2^47: enough to tell the revisions of one app
 * apart, too few against somebody who looks for two texts with the same hash.
 */
export const CONTENT_HASH_LENGTH = 10

/**
 * A short name for a text, the same on every machine: ten characters of its SHA-256, for names that
 * change with the content, as of an immutable ConfigMap.
 */
export function contentHash(text: string): string {
  const digest = sha256(new TextEncoder().encode(text))
  return Array.from(
    digest.subarray(0, CONTENT_HASH_LENGTH),
    (byte) => ALPHABET[byte % ALPHABET.length],
  ).join('')
}
