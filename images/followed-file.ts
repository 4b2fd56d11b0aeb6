import type { ImageName } from './image-name.ts'
import type { TagRule } from './tag-rule.ts'

/** A file of images in the source repository, and those of its entries that are kept up to date. */
export interface FollowedFile {
  /** The environment that its images are for. */
  readonly environment: string
  /** The branch that is edited, or that is asked to be merged into. */
  readonly branch: string
  /** From the root of the repository. */
  readonly path: string
  readonly images: readonly FollowedImage[]
}

export interface FollowedImage {
  readonly image: ImageName
  readonly rule: TagRule
  /** Where it is in the file: keys, from the outermost. */
  readonly at: readonly string[]
}

/** What an image is now, as its registry says. */
export interface FoundImage {
  readonly tag: string
  readonly digest: string
}

/** Who told that an image may be another one now. */
export interface ImageHint {
  /** Kind of the sender: `registry/harbor`. */
  readonly sender: string
  /** By which the sender knows its webhook. */
  readonly delivery: string | undefined
}

/** Of one file, and of one environment in it. */
export const entryName = ({ at }: Pick<FollowedImage, 'at'>): string => at.join('/')
