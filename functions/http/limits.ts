/** What one request may take. */
export interface Limits {
  /** @default 16384 */
  readonly bodyBytes: number
  /** All headers together. A handle is 1 to 4 KiB of them. @default 16384 */
  readonly headerBytes: number
  /** How long a request may take beyond what it was asked to wait, in milliseconds. @default 15_000 */
  readonly requestMs: number
  /** How long a request may ask to wait, in milliseconds. More is cut down to it. @default 30_000 */
  readonly waitMs: number
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 16 * 1024,
  headerBytes: 16 * 1024,
  requestMs: 15_000,
  waitMs: 30_000,
}
