import type { FileMode } from './git-remote.ts'

/** What a folder of Git has under one name. */
export interface TreeEntry {
  readonly path: string
  readonly mode: FileMode | typeof FOLDER
  readonly oid: string
}

/** Mode of a tree in a tree. */
export const FOLDER = '040000'
