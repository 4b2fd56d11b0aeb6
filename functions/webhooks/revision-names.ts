/** A commit, in full. */
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

/** What Git names a branch that was just made, or is no more. */
const NO_COMMIT = /^0+$/

/** `undefined` for what is no commit. */
export const commitOf = (text: string | null | undefined): string | undefined =>
  text && COMMIT.test(text) && !NO_COMMIT.test(text) ? text : undefined

/** `undefined` for tags and all else. */
export const branchOf = (ref: string): string | undefined => /^refs\/heads\/(.+)$/.exec(ref)?.[1]
