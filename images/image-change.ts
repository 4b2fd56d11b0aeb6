import type { FollowedImage, FoundImage } from './followed-file.ts'
import { type FiledImage, type ImageFile, imageAt, withImageAt } from './image-file.ts'
import { ImageFileError } from './image-file-error.ts'
import { imageName, nameText } from './image-name.ts'
import { isFollowed, isNewer } from './tag-rule.ts'

/** An entry of a file that is to say something else. */
export interface ImageChange {
  readonly followed: FollowedImage
  readonly before: FiledImage
  readonly found: FoundImage
  /** What is to stand there. */
  readonly reference: string
}

/**
 * What is to be written because of what a registry has.
 *
 * A release that is newer than all that the registry has stays: somebody has put it there.
 *
 * @returns `undefined` if the entry is as it should be
 * @throws {ImageFileError}
 */
export function imageChange(
  file: ImageFile,
  followed: FollowedImage,
  found: FoundImage,
): ImageChange | undefined {
  const before = imageAt(file, followed.at)
  const name = imageName(before.repository)
  if (name === undefined || nameText(name) !== nameText(followed.image)) {
    throw new ImageFileError(
      `${file.path}, at ${followed.at.join('.')},`,
      `has ${before.repository}, and ${nameText(followed.image)} is followed`,
      'Correct `at` or `image`, or write the other image there',
    )
  }
  const isSame =
    before.digest === found.digest && (before.tag === undefined || before.tag === found.tag)
  if (isSame || isAhead(followed, before, found)) return undefined
  const reference = `${before.repository}:${found.tag}@${found.digest}`
  return { followed, before, found, reference }
}

/** @returns the file with the change in it */
export const withChange = (file: ImageFile, { followed, reference }: ImageChange): string =>
  withImageAt(file, followed.at, reference)

const isAhead = ({ rule }: FollowedImage, { tag }: FiledImage, found: FoundImage): boolean =>
  'versions' in rule && tag !== undefined && isFollowed(rule, tag) && isNewer(tag, found.tag)
