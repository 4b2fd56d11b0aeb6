/**
 * Whether whoever asks knows what has that tag. Weak tags are as good as strong ones for that
 * (RFC 9110, section 13.1.2).
 *
 * @param header `If-None-Match`: tags with commas between them, or `*`
 */
export function isKnown(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false
  const known = header.split(',').map((item) => opaque(item.trim()))
  return known.includes('*') || known.includes(opaque(tag))
}

const opaque = (tag: string): string => tag.replace(/^W\//, '')
