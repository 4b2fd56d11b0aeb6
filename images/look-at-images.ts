import type { ChangeRequests } from '../gitops/change-requests.ts'
import type { GitRemote } from '../gitops/git-remote.ts'
import { type RetryLostRacesProps, retryLostRaces } from '../gitops/retry-lost-races.ts'
import { findImage, type ImageSource } from './find-image.ts'
import {
  entryName,
  type FollowedFile,
  type FollowedImage,
  type FoundImage,
  type ImageHint,
} from './followed-file.ts'
import { type ImageChange, imageChange, withChange } from './image-change.ts'
import type { ImageFile } from './image-file.ts'
import { ImageFileError } from './image-file-error.ts'
import { imageMessage, lastWritten } from './image-message.ts'
import { type ProposalOutcome, proposeChange } from './propose-change.ts'
import { supersedeProposals } from './supersede-proposals.ts'

export interface ImageLookProps {
  readonly file: FollowedFile
  /** Those of its images that are looked at. */
  readonly images: readonly FollowedImage[]
  readonly registryOf: (image: FollowedImage) => ImageSource
  readonly hintOf: (image: FollowedImage) => ImageHint | undefined
  readonly remote: GitRemote
  /** Where people are asked to merge. Absent: it is committed to the branch itself. */
  readonly requests?: ChangeRequests | undefined
  readonly signal: AbortSignal
  readonly retry?: Omit<RetryLostRacesProps, 'signal'>
}

/** What came of a look at one image. */
export interface ImageLook {
  readonly followed: FollowedImage
  readonly result: ImageResult
}

export type ImageResult =
  /** The file says what the registry says. */
  | { readonly outcome: 'current' }
  | { readonly outcome: 'committed'; readonly commit: string; readonly reference: string }
  | (ProposalOutcome & { readonly reference: string })
  | { readonly outcome: 'failed'; readonly error: unknown }

/** How far back it is looked for what we have written: commits of the file. */
const MOST_COMMITS = 50

/**
 * Looks at images of one file, and has the file say what their registries say: a commit for each that is
 * another one. What becomes of one image does not keep the others from theirs.
 *
 * Only what differs is written, on top of a state of the branch that is older than the registry's answer;
 * so a look that is repeated, late, or one of many at once changes nothing that is not to be changed, and
 * none commits an old digest on top of a newer one.
 *
 * @throws what keeps the file from being read
 * @throws the reason of `signal`
 */
export async function lookAtImages(props: ImageLookProps): Promise<readonly ImageLook[]> {
  const { images, registryOf, signal } = props
  const [{ file }, ...found] = await Promise.all([
    readFile(props),
    ...images.map((followed) => settled(findImage(registryOf(followed), followed, signal))),
  ])
  const looks: ImageLook[] = []
  // One after the other: each commit is on top of the one before.
  for (const [index, followed] of images.entries()) {
    const image = found[index]
    if (image === undefined) continue
    signal.throwIfAborted()
    const result =
      'error' in image ? image : await settled(lookAt(props, file, followed, image.value))
    looks.push({
      followed,
      result: 'error' in result ? { outcome: 'failed', ...result } : result.value,
    })
  }
  signal.throwIfAborted()
  return looks
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown }

const settled = <Value>(work: Promise<Value>): Promise<Settled<Value>> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )

/**
 * What is written is decided on what branch and registry have then, in that order: whoever was slow finds
 * what the registry has by now, or the branch moved.
 *
 * @param file as it was when the look began
 * @param found the same
 */
async function lookAt(
  props: ImageLookProps,
  file: ImageFile,
  followed: FollowedImage,
  found: FoundImage,
): Promise<ImageResult> {
  const { registryOf, signal, retry } = props
  if (imageChange(file, followed, found) === undefined) return leave(props, followed)
  const takeUp = async (): Promise<ImageResult> => {
    const now = await readFile(props)
    const foundNow = await findImage(registryOf(followed), followed, signal)
    const change = imageChange(now.file, followed, foundNow)
    return change === undefined ? leave(props, followed) : write(props, { ...now, change })
  }
  return retryLostRaces(takeUp, { ...retry, signal })
}

/** What waits to be merged is of a digest that the tag has no longer. */
async function leave(
  { requests, file: { environment, branch } }: ImageLookProps,
  followed: FollowedImage,
): Promise<ImageResult> {
  if (requests !== undefined) {
    await supersedeProposals({ requests, target: branch, environment, followed })
  }
  return { outcome: 'current' }
}

interface ReadFile {
  /** Of the branch. */
  readonly tip: string
  readonly file: ImageFile
}

/** @throws {ImageFileError} if it is not there */
async function readFile({ remote, file: { branch, path } }: ImageLookProps): Promise<ReadFile> {
  const missing = (what: string): ImageFileError =>
    new ImageFileError(`${remote.location}`, what, 'Write `branch` and `file` as they are there')
  const tip = await remote.tip(branch)
  if (tip === undefined) throw missing(`has no branch '${branch}'`)
  const slash = path.lastIndexOf('/')
  const files = await remote.files(tip, slash === -1 ? '' : path.slice(0, slash))
  const id = files.get(path.slice(slash + 1))?.id
  const text = id === undefined ? undefined : (await remote.contents([id])).get(id)
  if (text === undefined) throw missing(`has no file '${path}' on '${branch}'`)
  return { tip, file: { path, text } }
}

async function write(
  props: ImageLookProps,
  { tip, file, change }: ReadFile & { readonly change: ImageChange },
): Promise<ImageResult> {
  const { remote, requests, file: followedFile, hintOf, registryOf, signal } = props
  const { environment, branch } = followedFile
  const { followed, found, reference } = change
  const verify = () => registryOf(followed).verify(followed.image.name, found.digest, signal)
  const message = imageMessage(environment, change, hintOf(followed))
  if (requests !== undefined) {
    const target = { branch, tip }
    const proposal = { remote, requests, environment, target, file, change, message, verify }
    return { ...(await proposeChange(proposal)), reference }
  }
  if (await wasTakenBack(props, tip, change)) {
    return { outcome: 'declined', reason: 'somebody has taken it back', reference }
  }
  await verify()
  const changes = [{ path: file.path, write: withChange(file, change) }]
  const commit = await remote.commit({ branch, parent: tip, isNewBranch: false, changes, message })
  return { outcome: 'committed', commit, reference }
}

/** Whether we have written just that before, and nothing else since: then a person has written the rest. */
async function wasTakenBack(
  { remote, file: { environment, path } }: ImageLookProps,
  tip: string,
  { followed, found }: ImageChange,
): Promise<boolean> {
  const commits = await remote.log({ commit: tip, path, limit: MOST_COMMITS })
  const last = lastWritten(commits, environment, entryName(followed))
  return last?.tag === found.tag && last.digest === found.digest
}
