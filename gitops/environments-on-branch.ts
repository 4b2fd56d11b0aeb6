import type { GitRemote } from './git-remote.ts'
import { INVENTORY_FILE } from './inventory.ts'

/** The environments that a commit has: its top folders that hold an inventory, by name. */
export async function environmentsOnBranch(
  remote: GitRemote,
  commit: string,
): Promise<readonly string[]> {
  const tree = await remote.files(commit, '')
  return [...tree.keys()]
    .flatMap((path) => {
      const [environment = '', ...rest] = path.split('/')
      return rest.join('/') === INVENTORY_FILE ? [environment] : []
    })
    .sort()
}
