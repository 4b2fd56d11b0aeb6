import { commitMessage } from '../gitops/commit-message.ts'
import type { LoggedCommit } from '../gitops/git-remote.ts'
import { readTrailers, trailerLines } from '../gitops/read-trailers.ts'
import { entryName, type FoundImage, type ImageHint } from './followed-file.ts'
import type { ImageChange } from './image-change.ts'
import { nameText } from './image-name.ts'

const ACTION = 'image'

/** `image prod: checkout 1.4.3`. */
export function imageSubject(
  environment: string,
  { followed, before, found }: ImageChange,
): string {
  const version = before.tag === found.tag ? `${found.tag}, ${shortDigest(found)}` : found.tag
  return `image ${environment}: ${followed.at.at(-1)} ${version}`
}

/** The message of a commit that edits an entry, with trailers by which the next look knows it again. */
export function imageMessage(
  environment: string,
  change: ImageChange,
  hint: ImageHint | undefined,
): string {
  const { followed, before, found, reference } = change
  const text = `${imageSubject(environment, change)}\n\n${reference}\nwas ${before.reference}`
  return commitMessage(text, {
    action: ACTION,
    environment,
    more: [
      ['Entry', entryName(followed)],
      ['Image', nameText(followed.image)],
      ['Tag', found.tag],
      ['From', before.digest ?? before.reference],
      ['To', found.digest],
      ['Actor', hint?.sender ?? 'look'],
      ...(hint?.delivery === undefined ? [] : [['Delivery', hint.delivery] as const]),
    ],
  })
}

/**
 * What we have written last at an entry.
 *
 * @param commits newest first
 */
export function lastWritten(
  commits: readonly LoggedCommit[],
  environment: string,
  entry: string,
): FoundImage | undefined {
  for (const { message } of commits) {
    const { action, environment: of } = readTrailers(message)
    if (action !== ACTION || of !== environment) continue
    const { Entry, Tag, To } = Object.fromEntries(trailerLines(message))
    if (Entry === entry && Tag !== undefined && To !== undefined) return { tag: Tag, digest: To }
  }
  return undefined
}

const shortDigest = ({ digest }: FoundImage): string => digest.slice(0, 'sha256:'.length + 12)
