import { isClusterScoped } from '../manifests/scope.ts'
import type { Indexed } from './indexed.ts'
import { namespaceOf } from './workload.ts'

/** The objects of one kind, found by their names. */
export class KindIndex {
  readonly objects: Indexed[] = []
  readonly #isClusterScoped: boolean
  /** By namespace, then by name; made when somebody looks for a name. */
  #byName: ReadonlyMap<string, ReadonlyMap<string, Indexed>> | undefined

  constructor(group: string, kind: string) {
    this.#isClusterScoped = isClusterScoped(group, kind)
  }

  /** The first object of this name; `namespace` means nothing for kinds outside of namespaces. */
  find(namespace: string, name: string): Indexed | undefined {
    this.#byName ??= this.#namesOf(this.objects)
    return this.#byName.get(this.#isClusterScoped ? '' : namespace)?.get(name)
  }

  #namesOf(objects: readonly Indexed[]): ReadonlyMap<string, ReadonlyMap<string, Indexed>> {
    const byNamespace = new Map<string, Map<string, Indexed>>()
    for (const indexed of objects) {
      const namespace = this.#isClusterScoped ? '' : namespaceOf(indexed.object)
      const names = byNamespace.get(namespace) ?? new Map<string, Indexed>()
      byNamespace.set(namespace, names)
      const { name } = indexed.object.metadata
      if (!names.has(name)) names.set(name, indexed)
    }
    return byNamespace
  }
}
