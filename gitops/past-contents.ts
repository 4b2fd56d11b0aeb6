import { GitCommandError } from './git-errors.ts'
import type { GitRemote } from './git-remote.ts'
import { RemoteRefusedError } from './git-remote-errors.ts'

/**
 * Contents of blobs that the branch had once, and of which nobody knows whether the repository still has
 * them; those that it cannot give are not among them. One round trip each: a repository that is asked
 * for one that it does not have gives none of the others either.
 *
 * @throws {RemoteUnreachableError}
 */
export async function pastContents(
  remote: GitRemote,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>()
  for (const id of new Set(blobs)) {
    const text = await pastContent(remote, id)
    if (text !== undefined) contents.set(id, text)
  }
  return contents
}

async function pastContent(remote: GitRemote, id: string): Promise<string | undefined> {
  try {
    return (await remote.contents([id])).get(id)
  } catch (error) {
    if (error instanceof RemoteRefusedError || error instanceof GitCommandError) return undefined
    throw error
  }
}
