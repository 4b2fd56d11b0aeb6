import { parseImage } from '../../manifests/image-reference.ts'
import type { IdentifiedTelling, ReadingContext } from './webhook-reader.ts'

/** What a registry says of an image that it got. */
export interface PushedImage {
  /** With its host, in any letters. */
  readonly repository: string
  readonly tag: string
  readonly digest?: string | null | undefined
  /** Of the event, where the registry gives it one. */
  readonly id?: string | undefined
}

/** "Pulling manifests" of the OCI distribution spec: a repository, below its host. */
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Of a repository with its host: more than that many clients do not take, says the same. */
const MOST_CHARACTERS = 255

/** Nothing, if that names no image. */
export function imageTelling(
  { repository, tag, digest, id }: PushedImage,
  { sender, environment }: ReadingContext,
): readonly IdentifiedTelling[] {
  const image = parseImage(`${repository.toLowerCase()}:${tag}`)
  if (image?.tag === undefined || !isRepository(image.repository)) return []
  const push = {
    sender,
    environment,
    repository: image.repository,
    tag: image.tag,
    claimedDigest: digest ?? undefined,
    delivery: id,
  }
  return [{ kind: 'image', push, ...(id !== undefined && { id }) }]
}

const isRepository = (name: string): boolean =>
  name.length <= MOST_CHARACTERS && PATH.test(name.slice(name.indexOf('/') + 1))

export const NO_IMAGE = 'it names no image that was pushed with a tag'
