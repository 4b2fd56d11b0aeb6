/** Revisions that were stable before and that one can go back to. */
export const KEPT_FORMER = 3

export interface NewlyStable {
  /** The revision that is stable now. */
  readonly stable: string | undefined
  /** The one that was stable before; absent if there was none. */
  readonly before: string | undefined
}

/** Revisions that one can go back to once another one is stable, newest first. */
export function formerRevisions(
  former: readonly string[],
  { stable, before }: NewlyStable,
): readonly string[] {
  const others = former.filter((one) => one !== before)
  return [before, ...others]
    .flatMap((one) => (one === undefined || one === stable ? [] : [one]))
    .slice(0, KEPT_FORMER)
}
