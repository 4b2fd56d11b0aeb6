import type { GitRemote, TreeFile } from './git-remote.ts'
import { EMPTY_INVENTORY, INVENTORY_FILE, type Inventory } from './inventory.ts'
import { readInventory } from './read-inventory.ts'

/** One environment as it is on the deploy branch. */
export interface EnvironmentOnBranch {
  /** Files by path below the environment's folder. */
  readonly tree: ReadonlyMap<string, TreeFile>
  readonly inventory: Inventory
  /** The inventory as it is written; `undefined` if there is none. */
  readonly inventoryText: string | undefined
  /** Contents of the rollout records, by app: `<namespace>/<app>`. */
  readonly records: ReadonlyMap<string, string>
}

/** Something else lies where the folder of an environment belongs. */
export class NotAnEnvironmentError extends Error {
  override readonly name = 'NotAnEnvironmentError'
  readonly code = 'NOT_AN_ENVIRONMENT'
  readonly remedy = 'Publish to a branch of its own, with --branch, or move the file'

  constructor(environment: string) {
    super(`'${environment}' is a file on the branch, and not the folder of an environment`)
  }
}

/**
 * @throws {MalformedInventoryError}
 * @throws {NotAnEnvironmentError}
 */
export async function readEnvironment(
  remote: GitRemote,
  commit: string | undefined,
  environment: string,
): Promise<EnvironmentOnBranch> {
  if (commit === undefined) {
    return {
      tree: new Map(),
      inventory: EMPTY_INVENTORY,
      inventoryText: undefined,
      records: new Map(),
    }
  }
  const tree = await remote.files(commit, environment)
  if (tree.size === 0) await assertNoFile(remote, commit, environment)
  const recordPaths = [...tree.keys()].filter((path) => RECORD.test(path))
  const inventoryFile = tree.get(INVENTORY_FILE)
  const wanted = [...recordPaths.map((path) => tree.get(path)), inventoryFile]
  const contents = await remote.contents(wanted.flatMap((file) => file?.id ?? []))
  const inventoryText = inventoryFile && contents.get(inventoryFile.id)
  return {
    tree,
    inventory:
      inventoryText === undefined
        ? EMPTY_INVENTORY
        : readInventory(inventoryText, `${environment}/${INVENTORY_FILE}`),
    inventoryText,
    records: new Map(
      recordPaths.map((path) => {
        const [, namespace, app] = RECORD.exec(path) ?? []
        return [`${namespace}/${app}`, contents.get(tree.get(path)?.id ?? '') ?? '']
      }),
    ),
  }
}

const RECORD = /^rollouts\/([^/]+)\/([^/]+)\/record\.yaml$/

async function assertNoFile(remote: GitRemote, commit: string, environment: string): Promise<void> {
  const root = await remote.files(commit, '')
  if (root.has(environment)) throw new NotAnEnvironmentError(environment)
}
