import { type ImageReference, parseImage } from '../manifests/image-reference.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { ImageFileError } from './image-file-error.ts'

/** A file of images: JSON, with references at the ends of objects. */
export interface ImageFile {
  /** For people. */
  readonly path: string
  readonly text: string
}

/** An image as a file has it. */
export interface FiledImage extends ImageReference {
  /** As it stands there. */
  readonly reference: string
}

/**
 * The image at an entry.
 *
 * @param at keys, from the outermost
 * @throws {ImageFileError}
 */
export function imageAt({ path, text }: ImageFile, at: readonly string[]): FiledImage {
  const where = `${path}, at ${at.join('.')},`
  const value = at.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    parsed(path, text),
  )
  const image = typeof value === 'string' ? parseImage(value) : undefined
  if (typeof value === 'string' && image !== undefined) return { ...image, reference: value }
  throw new ImageFileError(
    where,
    value === undefined ? 'has nothing' : 'has no image',
    'Write the image that runs now there, REPOSITORY:TAG@DIGEST, or correct `at`',
  )
}

/**
 * The text with another image at an entry, and not a character of the rest changed.
 *
 * @throws {ImageFileError} if the entry is written in a way that cannot be found, as with escapes in it
 */
export function withImageAt(file: ImageFile, at: readonly string[], reference: string): string {
  const { path, text } = file
  const before = imageAt(file, at).reference
  const wanted = JSON.stringify(replaced(parsed(path, text), at, reference))
  const old = JSON.stringify(before)
  for (let found = text.indexOf(old); found !== -1; found = text.indexOf(old, found + 1)) {
    const edited = text.slice(0, found) + JSON.stringify(reference) + text.slice(found + old.length)
    // The same image may stand there more than once; which of them it was, only the whole can say.
    if (isSame(edited, wanted)) return edited
  }
  throw new ImageFileError(
    `${path}, at ${at.join('.')},`,
    'cannot be edited: it is there with escapes, or twice',
    'Write it once, as plain text',
  )
}

function isSame(text: string, wanted: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === wanted
  } catch {
    return false
  }
}

function replaced(value: unknown, [key, ...rest]: readonly string[], reference: string): unknown {
  if (key === undefined) return reference
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [
      name,
      name === key ? replaced(inner, rest, reference) : inner,
    ]),
  )
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ImageFileError(path, 'is no JSON', 'Correct it', { cause })
  }
}
