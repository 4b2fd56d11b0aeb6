import { describeIdentity, type Identity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

/** An object as a cluster has it, before anybody has looked at it. */
export interface AppliedObject {
  readonly object: KubernetesObject
  /** Grows with each change of its spec. */
  readonly generation: number
  /** When the spec was written last, RFC 3339. */
  readonly writtenAt: string
}

/** The objects that were applied to the cluster of this machine. */
export class AppliedObjects {
  readonly #byName = new Map<string, AppliedObject>()

  get(identity: Identity): AppliedObject | undefined {
    return this.#byName.get(describeIdentity(identity))
  }

  all(): readonly AppliedObject[] {
    return [...this.#byName.values()]
  }

  /** As Flux does: what is new or different is written, and what is left out is deleted. */
  replaceAll(objects: readonly KubernetesObject[], now: number): void {
    const names = new Set(objects.map(nameOf))
    for (const name of this.#byName.keys()) if (!names.has(name)) this.#byName.delete(name)
    for (const object of objects) this.#write(object, new Date(now).toISOString())
  }

  #write(object: KubernetesObject, now: string): void {
    const before = this.#byName.get(nameOf(object))
    const isSameSpec = JSON.stringify(before?.object.spec) === JSON.stringify(object.spec)
    this.#byName.set(nameOf(object), {
      object,
      generation: (before?.generation ?? 0) + (isSameSpec ? 0 : 1),
      writtenAt: before !== undefined && isSameSpec ? before.writtenAt : now,
    })
  }
}

const nameOf = (object: KubernetesObject): string => describeIdentity(identityOf(object))
