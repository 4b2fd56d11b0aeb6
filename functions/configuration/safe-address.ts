import { z } from 'zod'

/** Names that nobody has outside of a cluster, or of this machine. */
const INSIDE = /^(?:localhost|127\.0\.0\.1|\[::1\]|[^.:]+|.+\.svc|.+\.svc\.cluster\.local)$/

function isSafe(address: string): boolean {
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && INSIDE.test(url.hostname))
}

/** Where what is sent is for no other eyes. */
export const ADDRESS = z
  .string('Write an address that begins with https://')
  .refine(
    isSafe,
    'Write an address that begins with https://, without a password; http:// for this machine and Services of the cluster alone',
  )
