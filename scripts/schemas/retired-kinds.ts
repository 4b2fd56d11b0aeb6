import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RetiredKind } from '../../checks/schema/schema-file.ts'

type RetiredKinds = Record<string, Record<string, RetiredKind>>

const REMOVED =
  /^func \(in \*(\w+)\) APILifecycleRemoved\(\) \(major, minor int\) \{\s+return (\d+), (\d+)\s/gm
const REPLACEMENT =
  /^func \(in \*(\w+)\) APILifecycleReplacement\(\) \S+ \{\s+return \S+\{Group: "(.*)", Version: "(.*)", Kind: "(.*)"\}/gm

/** Types with a life cycle of which no manifest was ever applied. */
const NEVER_APPLIED = /(List|Options|Status|Review|Rollback|Discovery)$|^Scale$/

/**
 * Kinds that Kubernetes no longer serves, from the life cycle that its Go types state of
 * themselves: when they went, and what took their place.
 *
 * @param sources folders of Go modules with API types, oldest first
 */
export async function readRetiredKinds(sources: readonly string[]): Promise<RetiredKinds> {
  const retired: RetiredKinds = {}
  for (const source of sources) {
    for await (const file of glob('**/zz_generated.prerelease-lifecycle.go', { cwd: source })) {
      const folder = join(source, dirname(file))
      const code = await readFile(join(source, file), 'utf8')
      const group = /GroupName\s*=\s*"(.*)"/.exec(
        await readFile(join(folder, 'register.go'), 'utf8'),
      )?.[1]
      if (group === undefined) throw new Error(`No group name in ${folder}`)
      const version = folder.slice(folder.lastIndexOf('/') + 1)
      const kinds = retiredIn(code)
      if (Object.keys(kinds).length > 0) retired[`${group}/${version}`] = kinds
    }
  }
  return retired
}

function retiredIn(code: string): Record<string, RetiredKind> {
  const replacements = new Map<string, string>()
  for (const [, kind = '', group, version, newKind] of code.matchAll(REPLACEMENT)) {
    replacements.set(kind, `${group === '' ? '' : `${group}/`}${version} ${newKind}`)
  }
  const retired: Record<string, RetiredKind> = {}
  for (const [, kind = '', major, minor] of code.matchAll(REMOVED)) {
    if (NEVER_APPLIED.test(kind)) continue
    const use = replacements.get(kind)
    retired[kind] = { removedIn: `${major}.${minor}`, ...(use !== undefined && { use }) }
  }
  return retired
}
