/**
 * What Lockstep owns in one environment: `<environment>/inventory.yaml` on the deploy branch.
 *
 * A file's hash is its Git blob id, as it was when we wrote it. Git keeps the same id for every file
 * in its trees, so one listing of the tree tells which files were edited by hand, without reading
 * any; and since the repository chooses the algorithm, SHA-1 and SHA-256 are the same to us.
 *
 * One line a file, sorted, so that two changes of different files merge in a pull request. The form
 * is YAML for whoever wants to read it, but it is read by lines: only programs write it, and what
 * they did not write (a conflict marker, a duplicate of a bad merge) must not pass for an inventory.
 */
export interface Inventory {
  /** By id of the app, `<namespace>/<app>`. */
  readonly apps: ReadonlyMap<string, InventoryApp>
}

export interface InventoryApp {
  /** The project that published it last; absent if that had no name. */
  readonly project?: string
  /** Git blob ids by path below the environment's folder. */
  readonly files: ReadonlyMap<string, string>
  /** The last revisions that were published, newest first, if any of them needs a ConfigMap. */
  readonly revisions: readonly PublishedRevision[]
  /**
   * Workloads whose live number of pods has got a second owner, so that `replicas` may leave their
   * manifest; with the number that the manifest had then. By object: `Deployment.apps shop/web`.
   */
  readonly handovers: ReadonlyMap<string, number>
}

export interface PublishedRevision {
  readonly id: string
  /** Immutable ConfigMaps that its pods name, as paths below the environment's folder. */
  readonly configMaps: readonly string[]
}

export const INVENTORY_FILE = 'inventory.yaml'

export const EMPTY_INVENTORY: Inventory = { apps: new Map() }

export const EMPTY_APP: InventoryApp = { files: new Map(), revisions: [], handovers: new Map() }

/** The inventory is not one that this version of Lockstep has written. */
export class MalformedInventoryError extends Error {
  override readonly name = 'MalformedInventoryError'
  readonly code = 'MALFORMED_INVENTORY'
  readonly remedy: string

  constructor(file: string, line: number, problem: string, remedy?: string) {
    super(`${file}:${line} ${problem}`)
    this.remedy =
      remedy ??
      `Restore the file from an earlier commit of the branch (\`git log -- ${file}\`), or delete ` +
        'it and publish with --adopt'
  }
}

const HEADER = `# Files that Lockstep owns in this environment, with their Git blob ids.
# Written with every publish. To change what runs, change the app definitions.
`

export function writeInventory({ apps }: Inventory): string {
  const lines = [`${HEADER}version: 1`, 'apps:']
  for (const [id, app] of sorted(apps)) {
    lines.push(`  ${JSON.stringify(id)}:`)
    // Not a section: what does not know it reads over it.
    if (app.project !== undefined) lines.push(`    project: ${JSON.stringify(app.project)}`)
    if (app.files.size > 0) lines.push('    files:', ...sorted(app.files).map(entry))
    if (app.revisions.length > 0) lines.push('    revisions:', ...app.revisions.map(item))
    if (app.handovers.size > 0) lines.push('    handovers:', ...sorted(app.handovers).map(entry))
  }
  return `${lines.join('\n')}\n`
}

const entry = ([key, value]: readonly [string, unknown]): string =>
  `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`

const item = ({ id, configMaps }: PublishedRevision): string =>
  `      - ${JSON.stringify({ id, configMaps })}`

const sorted = <T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))
