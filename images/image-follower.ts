import type { ChangeRequests } from '../gitops/change-requests.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import type { ImageSource } from './find-image.ts'
import type { FollowedFile, FollowedImage, ImageHint } from './followed-file.ts'
import { type ImageLook, lookAtImages } from './look-at-images.ts'

/** A repository for one look. */
export interface OpenedSource {
  readonly remote: GitRemote
  /** Where people are asked to merge. Absent: it is committed to the branch itself. */
  readonly requests?: ChangeRequests
  /** To be called in any case. */
  readonly close: () => Promise<void>
}

export interface ImageFollowerProps {
  readonly file: FollowedFile
  /** Address of the repository, for people; without credentials. */
  readonly repository: string
  readonly registryOf: (image: FollowedImage) => ImageSource
  readonly open: (signal: AbortSignal) => Promise<OpenedSource>
}

/** Keeps one file of images as their registries have them. */
export class ImageFollower {
  readonly file: FollowedFile
  readonly repository: string
  readonly #props: ImageFollowerProps

  constructor(props: ImageFollowerProps) {
    this.file = props.file
    this.repository = props.repository
    this.#props = props
  }

  /**
   * Looks at some of its images.
   *
   * @throws what keeps the repository from being opened
   * @throws the reason of `signal`
   */
  async look(
    images: readonly FollowedImage[],
    hints: ReadonlyMap<FollowedImage, ImageHint>,
    signal: AbortSignal,
  ): Promise<readonly ImageLook[]> {
    if (images.length === 0) return []
    const { file, registryOf, open } = this.#props
    const { remote, requests, close } = await open(signal)
    try {
      const hintOf = (image: FollowedImage) => hints.get(image)
      return await lookAtImages({ file, images, registryOf, hintOf, remote, requests, signal })
    } finally {
      await close()
    }
  }
}
