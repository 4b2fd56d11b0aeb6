import type { RenderedFile } from '../manifests/rendering.ts'
import type { GitRemote } from './git-remote.ts'

/**
 * The ids that the contents of files have in a repository, in the same order. Those that somebody has
 * computed before are taken as they are, if a sample shows that the repository has the same ids.
 */
export async function blobIdsOf(
  remote: GitRemote,
  files: readonly RenderedFile[],
): Promise<readonly string[]> {
  const known = files.filter(({ sha1BlobId }) => sha1BlobId !== undefined)
  const sample = known.at(0)
  const [sampleId] = await remote.blobIds(sample === undefined ? [] : [sample.text])
  if (sampleId === undefined || sampleId !== sample?.sha1BlobId) {
    return remote.blobIds(files.map(({ text }) => text))
  }
  const unknown = files.filter(({ sha1BlobId }) => sha1BlobId === undefined)
  const computed = (await remote.blobIds(unknown.map(({ text }) => text))).values()
  return files.map(({ sha1BlobId }) => sha1BlobId ?? computed.next().value ?? '')
}
