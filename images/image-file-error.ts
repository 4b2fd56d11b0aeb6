/** A file of images is not what it has to be for us to edit it. Nothing was written. */
export class ImageFileError extends Error {
  override readonly name = 'ImageFileError'
  readonly code = 'IMAGE_FILE'
  readonly remedy: string

  /** @param where the file and the entry in it, for people */
  constructor(where: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${where} ${problem}`, options)
    this.remedy = remedy
  }
}
