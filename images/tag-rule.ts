/** Which tag of an image is followed. */
export type TagRule =
  | { readonly tag: string }
  /** The newest release of `*`, `1.x` or `1.4.x`. */
  | { readonly versions: string }

/** What `versions` may be. */
export const VERSIONS = /^(?:\*|\d+(?:\.x|\.\d+(?:\.x)?)?)$/

/** A release; whatever comes behind it, as in `1.4.0-rc.1` and `1.4.0-alpine`, makes it none. */
const RELEASE = /^v?(\d+)\.(\d+)\.(\d+)$/

/** Whether a tag may be the one that is followed. */
export const isFollowed = (rule: TagRule, tag: string): boolean =>
  'tag' in rule ? rule.tag === tag : isWithin(rule.versions, tag)

/**
 * The newest of them; `undefined` if there is no release in the range.
 *
 * @param known the newest of others
 */
export const newestRelease = (
  versions: string,
  tags: readonly string[],
  known?: string,
): string | undefined =>
  tags.filter((tag) => isWithin(versions, tag)).reduce<string | undefined>(newer, known)

/** Whether one release comes after another. Whatever is no release comes before all. */
export function isNewer(tag: string, than: string): boolean {
  const left = partsOf(tag)
  const right = partsOf(than)
  const first = left.findIndex((part, index) => part !== right[index])
  return first !== -1 && (left[first] ?? -1) > (right[first] ?? -1)
}

const newer = (newest: string | undefined, tag: string): string =>
  newest === undefined || isNewer(tag, newest) ? tag : newest

function isWithin(versions: string, tag: string): boolean {
  const parts = partsOf(tag)
  const wanted = versions.split('.').filter((part) => /^\d+$/.test(part))
  return parts.length > 0 && wanted.every((part, index) => Number(part) === parts[index])
}

const partsOf = (tag: string): readonly number[] => (RELEASE.exec(tag) ?? []).slice(1).map(Number)
