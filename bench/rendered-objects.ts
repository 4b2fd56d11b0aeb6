import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  canonicalJson,
  describeIdentity,
  identityOf,
  type KubernetesObject,
  readManifests,
} from '../manifests/index.ts'

/** All objects of all YAML files below a folder. */
export function readObjects(folder: string): readonly KubernetesObject[] {
  return globSync('**/*.yaml', { cwd: folder })
    .sort()
    .flatMap((path) => readManifests(readFileSync(join(folder, path), 'utf8'), path))
    .flatMap(({ object }) => object ?? [])
}

/**
 * Nobody may win by leaving things out: all contestants must have written the same objects, field
 * by field.
 *
 * @throws {UnequalOutputError} with the first difference
 */
export function assertSameObjects(
  name: string,
  actual: readonly KubernetesObject[],
  expected: readonly KubernetesObject[],
): void {
  const found = byIdentity(actual)
  for (const [identity, text] of byIdentity(expected)) {
    const other = found.get(identity)
    if (other === undefined) throw new UnequalOutputError(name, `${identity} is missing`)
    if (other !== text) throw new UnequalOutputError(name, difference(identity, other, text))
  }
  if (actual.length !== expected.length) {
    throw new UnequalOutputError(name, `${actual.length} objects instead of ${expected.length}`)
  }
}

class UnequalOutputError extends Error {
  override readonly name = 'UnequalOutputError'

  constructor(contestant: string, problem: string) {
    super(`'${contestant}' does not write what the others write: ${problem}`)
  }
}

const byIdentity = (objects: readonly KubernetesObject[]): ReadonlyMap<string, string> =>
  new Map(
    objects.map((object) => [describeIdentity(identityOf(object)), canonicalJson(object)] as const),
  )

function difference(identity: string, actual: string, expected: string): string {
  let at = 0
  while (actual[at] === expected[at]) at++
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60)
  return `${identity} has …${around(actual)}… instead of …${around(expected)}…`
}
