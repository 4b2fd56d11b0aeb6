/** The parts of an image reference. */
export interface ImageReference {
  /** Registry and repository: `registry.example.com:5000/shop/web`. */
  readonly repository: string
  readonly tag?: string
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string
}

const REFERENCE =
  /^(?<repository>(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9._-]+(?:\/[a-z0-9._-]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/

/** Takes an image reference apart; `undefined` if it is none. */
export function parseImage(image: string): ImageReference | undefined {
  const groups = REFERENCE.exec(image)?.groups
  if (groups?.repository === undefined) return undefined
  return {
    repository: groups.repository,
    ...(groups.tag !== undefined && { tag: groups.tag }),
    ...(groups.digest !== undefined && { digest: groups.digest }),
  }
}
