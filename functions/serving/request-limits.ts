/** For whoever sends a request a byte at a time. */
export const RECEIVED_WITHIN_MS = 15_000

/** What a server of Node takes of one request. */
export const REQUEST_LIMITS = {
  /** More than functions read, so that they can say what is wrong with it. */
  maxHeaderSize: 32 * 1024,
  requestTimeout: RECEIVED_WITHIN_MS,
  headersTimeout: RECEIVED_WITHIN_MS,
  /** How often it looks for those that take longer: Node would only every 30 s. */
  connectionsCheckingInterval: 1_000,
} as const
