import { recordPath } from '../manifests/layout.ts'
import type { FileMode, GitRemote, TreeFile } from './git-remote.ts'
import { EMPTY_INVENTORY, INVENTORY_FILE, type Inventory } from './inventory.ts'
import { pastContents } from './past-contents.ts'
import { readInventory } from './read-inventory.ts'

/** One environment as it is on the deploy branch. */
export interface EnvironmentOnBranch {
  /** Files by path below the environment's folder. */
  readonly tree: ReadonlyMap<string, TreeFile>
  readonly inventory: Inventory
  /** The inventory as it is written; `undefined` if there is none. */
  readonly inventoryText: string | undefined
  /**
   * Contents of the rollout records, by app (`<namespace>/<app>`), as Lockstep has written them: of one
   * that somebody has changed or deleted since, what it was; `undefined` if the repository has that no
   * longer. One that the inventory does not list is nobody's. Only of the apps that were asked for.
   */
  readonly records: ReadonlyMap<string, string | undefined>
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
 * @param only apps whose records are read; all if it is left out
 * @throws {MalformedInventoryError}
 * @throws {NotAnEnvironmentError}
 */
export async function readEnvironment(
  remote: GitRemote,
  commit: string | undefined,
  environment: string,
  only?: ReadonlySet<string>,
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
  const inventoryFile = tree.get(INVENTORY_FILE)
  const wanted = [...recordsIn(tree, only), inventoryFile]
  const contents = await remote.contents(wanted.flatMap((file) => file?.id ?? []))
  const inventoryText = inventoryFile && contents.get(inventoryFile.id)
  const inventory =
    inventoryText === undefined
      ? EMPTY_INVENTORY
      : readInventory(inventoryText, `${environment}/${INVENTORY_FILE}`)
  return {
    tree,
    inventory,
    inventoryText,
    records: await writtenRecords(remote, inventory, contents, only),
  }
}

/** The same, with the records of these apps in the place of those that were read. */
export async function withRecords(
  remote: GitRemote,
  onBranch: EnvironmentOnBranch,
  only: ReadonlySet<string>,
): Promise<EnvironmentOnBranch> {
  const { tree, inventory } = onBranch
  const contents = await remote.contents(recordsIn(tree, only).map(({ id }) => id))
  return { ...onBranch, records: await writtenRecords(remote, inventory, contents, only) }
}

/** Those that are on the branch. Most are as they were written, so they are read at once. */
const recordsIn = (
  tree: EnvironmentOnBranch['tree'],
  only: ReadonlySet<string> | undefined,
): readonly TreeFile[] =>
  [...tree].flatMap(([path, file]) => {
    const [, app] = RECORD.exec(path) ?? []
    const isWanted = app !== undefined && (only?.has(app) ?? true)
    return isWanted && isRegular(file.mode) ? [file] : []
  })

const RECORD = /^rollouts\/([^/]+\/[^/]+)\/record\.yaml$/

/** What is no file in a tree may be nothing that can be read. */
const isRegular = (mode: FileMode): boolean => mode.startsWith('100')

/** @param contents of the records that are on the branch, by blob id */
async function writtenRecords(
  remote: GitRemote,
  { apps }: Inventory,
  contents: ReadonlyMap<string, string>,
  only: ReadonlySet<string> | undefined,
): Promise<EnvironmentOnBranch['records']> {
  const written = [...apps].flatMap(([app, { files }]) => {
    if (only?.has(app) === false) return []
    const [namespace = '', name = ''] = app.split('/')
    const id = files.get(recordPath(namespace, name))
    return id === undefined ? [] : [[app, id] as const]
  })
  const changed = written.flatMap(([, id]) => (contents.has(id) ? [] : [id]))
  const past = await pastContents(remote, changed)
  return new Map(written.map(([app, id]) => [app, contents.get(id) ?? past.get(id)]))
}

async function assertNoFile(remote: GitRemote, commit: string, environment: string): Promise<void> {
  const root = await remote.files(commit, '')
  if (root.has(environment)) throw new NotAnEnvironmentError(environment)
}
