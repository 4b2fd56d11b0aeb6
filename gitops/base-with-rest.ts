import { canonicalJson } from '../manifests/canonical-json.ts'
import { emitYaml } from '../manifests/emit-yaml.ts'
import { isRecord, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import type { Rendition } from '../rollouts/rendition.ts'

export interface BaseWithRestProps {
  /** The revision that a rollout goes back to. */
  readonly base: Rendition
  /** The candidate as it was published before, and as it is published now: the same revision. */
  readonly before: Rendition
  readonly after: Rendition
}

/**
 * Base with what has changed of the candidate beside its pods, so that an abort does not undo it: every
 * field in which both were the same follows, and every field in which they differ stays base's.
 */
export function baseWithRest({ base, before, after }: BaseWithRestProps): Rendition {
  const [own, old, next] = [base, before, after].map(byPath)
  const paths = new Set([...base.files, ...after.files].map(({ path }) => path))
  const files = [...paths].flatMap((path) =>
    path.startsWith('rollouts/')
      ? (own?.get(path) ?? [])
      : (mergeFile(own?.get(path), old?.get(path), next?.get(path)) ?? []),
  )
  return { revision: base.revision, files }
}

const byPath = ({ files }: Rendition): ReadonlyMap<string, RenderedFile> =>
  new Map(files.map((file) => [file.path, file]))

function mergeFile(
  base: RenderedFile | undefined,
  before: RenderedFile | undefined,
  after: RenderedFile | undefined,
): RenderedFile | undefined {
  if (base?.text === before?.text) return after
  if (!base?.object || !before?.object || !after?.object) return base
  const object = mergeFields(base.object, before.object, after.object) as KubernetesObject
  return isSame(object, base.object) ? base : { ...base, object, text: emitYaml(object) }
}

function mergeFields(base: unknown, before: unknown, after: unknown): unknown {
  if (isSame(base, before)) return after
  if (!isRecord(base) || !isRecord(before) || !isRecord(after)) return base
  const names = new Set([...Object.keys(base), ...Object.keys(after)])
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = mergeFields(base[name], before[name], after[name])
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

const isSame = (a: unknown, b: unknown): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null)
