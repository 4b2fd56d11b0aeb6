import { ApiObject, type ApiObjectProps, type JsonPatch } from 'cdk8s'
import type { Construct } from 'constructs'
import { NOT_PLAIN, tryPlainCopy } from './plain-copy.ts'
import type { Written } from './written.ts'

/** The least that the type of a Kubernetes object must have to be emitted. */
export interface Emittable {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: { readonly name?: string; readonly namespace?: string }
}

/** An object as `patch` sees it: every field can be set, also those that its type knows nothing of. */
export type Patchable<T> = T extends readonly (infer Item)[]
  ? Patchable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]-?: Patchable<NonNullable<T[Key]>> } & {
        [field: string]: unknown
      }
    : T

/**
 * One Kubernetes object that a construct emits, reachable and patchable: what the construct's
 * options cannot say, a patch can. The patched object is what is checked and written.
 */
export class EmittedObject<T extends Emittable> extends ApiObject {
  readonly #written: Written<T>
  readonly #edits: ((object: Patchable<T>) => void)[] = []
  #hasJsonPatches = false
  /** Whether anybody has held `metadata`, and may have added to it. */
  #isMetadataShared = false

  constructor(scope: Construct, id: string, object: Written<T>) {
    super(scope, id, object as unknown as ApiObjectProps)
    this.#written = object
    const definition = this.metadata
    Object.defineProperty(this, 'metadata', {
      get: () => {
        this.#isMetadataShared = true
        return definition
      },
    })
  }

  /**
   * Changes the rendered object before it is checked and written. Patches run in the order in
   * which they were added, after those of `addJsonPatch`.
   */
  patch(edit: (object: Patchable<T>) => void): this {
    this.#edits.push(edit)
    return this
  }

  override addJsonPatch(...patches: JsonPatch[]): void {
    this.#hasJsonPatches = true
    super.addJsonPatch(...patches)
  }

  override toJson(): Record<string, unknown> {
    const copy = this.#hasJsonPatches ? NOT_PLAIN : tryPlainCopy(this.#written)
    const object =
      copy === NOT_PLAIN
        ? (super.toJson() as Record<string, unknown>)
        : { ...(copy as Record<string, unknown>), metadata: this.#renderMetadata() }
    for (const edit of this.#edits) edit(object as unknown as Patchable<T>)
    return object
  }

  /** As cdk8s would, which takes its time over labels that nobody has added to. */
  #renderMetadata(): unknown {
    if (this.#isMetadataShared) return this.metadata.toJson()
    const { labels, namespace, ...others } = (this.#written.metadata ?? {}) as WrittenMetadata
    const all = { ...this.chart.labels, ...labels }
    const metadata = tryPlainCopy({
      ...others,
      name: this.name,
      namespace: namespace ?? this.chart.namespace,
      labels: Object.keys(all).length === 0 ? undefined : all,
    })
    return metadata === NOT_PLAIN ? this.metadata.toJson() : metadata
  }
}

interface WrittenMetadata {
  readonly labels?: Readonly<Record<string, string>>
  readonly namespace?: string
}
