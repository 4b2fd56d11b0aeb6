import type { FollowedImage, ImageHint } from '../../images/followed-file.ts'
import type { ImageFollower } from '../../images/image-follower.ts'
import { imageName, nameText } from '../../images/image-name.ts'
import { isFollowed } from '../../images/tag-rule.ts'
import type { ImagePush } from '../webhooks/webhook-sink.ts'

/** Where pushes of images lead. */
export interface ImagePushes {
  /**
   * Somebody may have pushed an image.
   *
   * @returns whether it is one that is followed
   * @throws {SinkUnavailableError} if it has to be told again
   */
  pushed(push: ImagePush, signal: AbortSignal): Promise<boolean>
}

/** Those images of a file that a push is about, by the settings alone. */
export function pushedImages(
  { file }: ImageFollower,
  { environment, repository, tag }: ImagePush,
): readonly FollowedImage[] {
  const name = imageName(repository)
  if (name === undefined) return []
  if (environment !== undefined && environment !== file.environment) return []
  return file.images.filter(
    ({ image, rule }) => nameText(image) === nameText(name) && isFollowed(rule, tag),
  )
}

export const hintOf = ({ sender, delivery }: ImagePush): ImageHint => ({ sender, delivery })
