/*
 * Whether what is sent to an address is for no other eyes. Pure: constructs know it, too.
 */

/** Names that nobody has outside of a cluster, or of this machine. */
const INSIDE = /^(?:localhost|127\.0\.0\.1|\[::1\]|[^.:]+|.+\.svc|.+\.svc\.cluster\.local)$/

/** By https, or by http to this machine and Services of the cluster; without a password in it. */
export function isSecureAddress(address: string): boolean {
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && INSIDE.test(url.hostname))
}
