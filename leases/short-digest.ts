import { sha256 } from '@noble/hashes/sha2.js'
import { base64url } from 'jose'

/** Enough that no two texts have the same one, be they chosen for it: 2^64 tries would be needed. */
const BYTES = 16

/** What tells texts apart, in 22 characters. */
export const shortDigest = (text: string): string =>
  base64url.encode(sha256(new TextEncoder().encode(text)).subarray(0, BYTES))
