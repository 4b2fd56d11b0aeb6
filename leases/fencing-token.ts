/**
 * A number that every hold of a lock has, larger than that of any hold before. Whatever the lock
 * protects keeps the largest that it has seen, and refuses smaller ones.
 */
export interface FencingToken {
  /**
   * What makes numbers comparable: `<store>.<generation>`. The operator raises the generation when
   * a store was put back to an earlier state, whose numbers would come a second time.
   */
  readonly epoch: string
  readonly number: bigint
}

/** Tokens of two stores say nothing about which hold was later. */
export class IncomparableTokensError extends Error {
  override readonly name = 'IncomparableTokensError'
  readonly code = 'TOKENS_OF_DIFFERENT_STORES'

  constructor(a: FencingToken, b: FencingToken) {
    super(
      `Fencing tokens ${formatToken(a)} and ${formatToken(b)} are of different stores. Forget the one that was seen before the store was replaced`,
    )
  }
}

/** `6f0c….1:4711`, for environments of processes, headers and columns. */
export const formatToken = ({ epoch, number }: FencingToken): string => `${epoch}:${number}`

/** @returns `undefined` if it is no token */
export function parseToken(text: string): FencingToken | undefined {
  const [, epoch, number] = /^([^:\s]+\.[1-9]\d{0,9}):(0|[1-9]\d{0,38})$/.exec(text) ?? []
  return epoch === undefined || number === undefined ? undefined : { epoch, number: BigInt(number) }
}

/**
 * Negative if the first is older, 0 if they are the same, positive if it is newer.
 *
 * @throws {IncomparableTokensError}
 */
export function compareTokens(a: FencingToken, b: FencingToken): number {
  if (!areOfOneStore(a, b)) throw new IncomparableTokensError(a, b)
  const [, generation] = splitEpoch(a.epoch)
  const [, otherGeneration] = splitEpoch(b.epoch)
  return generation - otherGeneration || Number(a.number > b.number) - Number(a.number < b.number)
}

/** Whether two tokens can be compared. */
export const areOfOneStore = (a: FencingToken, b: FencingToken): boolean =>
  splitEpoch(a.epoch)[0] === splitEpoch(b.epoch)[0]

function splitEpoch(epoch: string): readonly [store: string, generation: number] {
  const dot = epoch.lastIndexOf('.')
  return [epoch.slice(0, dot), Number(epoch.slice(dot + 1))]
}
