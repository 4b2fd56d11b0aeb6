import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** SHA-256 of a token, in hexadecimal: what may be kept of it. */
export const tokenDigest = (token: string): string => bytesToHex(sha256(utf8ToBytes(token)))
