import type { FileMode, TreeFile } from './git-remote.ts'

/** Reads `git ls-tree -r -z`: `<mode> <type> <id>\t<path>\0`. Paths become relative to `folder`. */
export function readTree(output: Buffer, folder: string): Map<string, TreeFile> {
  const files = new Map<string, TreeFile>()
  const prefix = folder === '' ? '' : `${folder}/`
  for (const line of output.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t')
    const path = line.slice(tab + 1)
    if (tab < 0 || !path.startsWith(prefix)) continue
    const mode = line.slice(0, line.indexOf(' ')) as FileMode
    const id = line.slice(line.lastIndexOf(' ', tab) + 1, tab)
    files.set(path.slice(prefix.length), { mode, id })
  }
  return files
}

export interface Batch {
  readonly contents: ReadonlyMap<string, string>
  readonly missing: readonly string[]
}

/** Reads `git cat-file --batch`: `<id> blob <size>\n<bytes>\n`, or `<id> missing\n`. */
export function readBatch(output: Buffer): Batch {
  const contents = new Map<string, string>()
  const missing: string[] = []
  for (let at = 0; at < output.length; ) {
    const endOfLine = output.indexOf(0x0a, at)
    const [id = '', type, size] = output.toString('latin1', at, endOfLine).split(' ')
    at = endOfLine + 1
    if (type === 'missing') {
      missing.push(id)
      continue
    }
    const end = at + Number(size)
    contents.set(id, output.toString('utf8', at, end))
    at = end + 1
  }
  return { contents, missing }
}
