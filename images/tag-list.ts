import { RegistryError } from './registry-error.ts'

/** A tag, by "Pulling manifests" of the OCI distribution spec. */
const TAG = /^\w[\w.-]{0,127}$/

/**
 * The tags of one page of a list. Whatever else stands there is none.
 *
 * @throws {RegistryError} if it is none
 */
export function tagsOf(body: Uint8Array): readonly string[] {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(body)) as { tags?: unknown }
    const all: readonly unknown[] = Array.isArray(tags) ? tags : []
    return all.filter((tag): tag is string => typeof tag === 'string' && TAG.test(tag))
  } catch (error) {
    throw new RegistryError('wrong', 'A list of tags is no JSON', { cause: error })
  }
}

/** Of the address that a registry names only what is asked for counts, and none of where. */
export function nextPage(link: string | null): string | undefined {
  const [, target = ''] = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? '') ?? []
  const query = target.split('?')[1]
  return query === undefined ? undefined : `tags/list?${query}`
}
