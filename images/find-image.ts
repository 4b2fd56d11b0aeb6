import type { FollowedImage, FoundImage } from './followed-file.ts'
import { nameText } from './image-name.ts'
import type { OciRegistry } from './oci-registry.ts'
import { RegistryError } from './registry-error.ts'
import { newestRelease } from './tag-rule.ts'

/** What is asked of a registry. */
export type ImageSource = Pick<OciRegistry, 'digest' | 'tagPages' | 'verify'>

/**
 * What a followed image is now: its registry is asked, whatever anybody has told.
 *
 * @throws {RegistryError}
 */
export async function findImage(
  registry: ImageSource,
  { image, rule }: Pick<FollowedImage, 'image' | 'rule'>,
  signal: AbortSignal,
): Promise<FoundImage> {
  const tag = 'tag' in rule ? rule.tag : await newestTag(registry, image, rule.versions, signal)
  return { tag, digest: await registry.digest(image.name, tag, signal) }
}

async function newestTag(
  registry: ImageSource,
  image: FollowedImage['image'],
  versions: string,
  signal: AbortSignal,
): Promise<string> {
  let newest: string | undefined
  for await (const tags of registry.tagPages(image.name, signal)) {
    newest = newestRelease(versions, tags, newest)
  }
  if (newest !== undefined) return newest
  throw new RegistryError('absent', `There is no release ${versions} of ${nameText(image)}`)
}
