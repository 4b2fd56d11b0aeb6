/**
 * A moment as Leases write it, with exactly six digits of a second: the API server refuses the three
 * of `toISOString` (locking L9).
 *
 * @param wallMs milliseconds since 1970
 */
export const microTime = (wallMs: number): string =>
  new Date(wallMs).toISOString().replace('Z', '000Z')
