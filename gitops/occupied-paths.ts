import type { TreeFile } from './git-remote.ts'
import type { Stop } from './stop.ts'

export interface OccupiedPathsProps {
  /** Paths of all that is to be written, inventory and placeholders too. */
  readonly written: readonly string[]
  /** Those of them where somebody else's file lies. */
  readonly overwritten: ReadonlySet<string>
  readonly tree: ReadonlyMap<string, TreeFile>
}

/**
 * Files in the way of what is to be written: one where a folder must be, or the other way around.
 * Git would replace the one by the other without a word.
 */
export function occupiedPaths(props: OccupiedPathsProps): readonly Stop[] {
  const { written, overwritten, tree } = props
  const created = written.filter((path) => {
    const previous = tree.get(path)
    return previous === undefined || (overwritten.has(path) && !isRegular(previous))
  })
  if (created.length === 0) return []
  const folders = new Set([...tree.keys()].flatMap(foldersOf))
  const told = new Set<string>()
  return created.flatMap((path): Stop[] => {
    const inTheWay = [...foldersOf(path), path].find((step) => tree.has(step))
    const occupant = inTheWay ?? (folders.has(path) ? `the folder ${path}` : undefined)
    if (occupant === undefined || told.has(occupant)) return []
    told.add(occupant)
    return [
      {
        kind: 'foreign-file',
        message: `${path} cannot be written: ${occupant} is in its way`,
        remedy: 'Move it elsewhere',
        files: [inTheWay ?? path],
      },
    ]
  })
}

const isRegular = ({ mode }: TreeFile): boolean => mode.startsWith('100')

/** `['a', 'a/b']` of `a/b/c`. */
export function foldersOf(path: string): readonly string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}
