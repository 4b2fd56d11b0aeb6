import { groupOf } from '../../manifests/identity.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { customKinds } from './custom-kinds.ts'
import { MinorVersions } from './minor-versions.ts'
import type { KindEntry, RetiredKind, SchemaFile } from './schema-file.ts'
import { type SchemaContext, SchemaNode } from './schema-node.ts'
import { SchemaWalk } from './schema-walk.ts'

/** A kind in one version of its group. */
export interface KindSchema {
  readonly root: SchemaNode
  /** The set of minor versions that serve it. */
  readonly minors: number
  /** Whether a cluster serves it only if it was told to. */
  readonly offByDefault: boolean
}

/** The schemas of all kinds that are known, each made ready when it is first asked for. */
export class SchemaLibrary {
  readonly minors: MinorVersions
  readonly #file: SchemaFile
  readonly #kinds: SchemaFile['kinds']
  readonly #ready = new Map<KindEntry, KindSchema>()
  readonly #definitions: Map<string, SchemaNode>

  /** @param kinds of CustomResourceDefinitions; they win over those of the file */
  constructor(file: SchemaFile, kinds: SchemaFile['kinds'] = {}, definitions = new Map()) {
    this.minors = new MinorVersions(file.minors)
    this.#file = file
    this.#kinds = kinds
    this.#definitions = definitions
  }

  /**
   * This library and the kinds that CustomResourceDefinitions define. Other objects are passed over,
   * and so are definitions that are themselves not of the form that they should have.
   */
  withDefinitions(objects: readonly KubernetesObject[]): SchemaLibrary {
    const kinds = customKinds(objects.filter((object) => this.#isSoundDefinition(object)))
    if (Object.keys(kinds).length === 0) return this
    return new SchemaLibrary(this.#file, { ...this.#kinds, ...kinds }, this.#definitions)
  }

  kind(apiVersion: string, kind: string): KindSchema | undefined {
    const entry =
      own(own(this.#kinds, apiVersion), kind) ?? own(own(this.#file.kinds, apiVersion), kind)
    if (entry === undefined) return undefined
    const ready = this.#ready.get(entry) ?? this.#prepare(entry)
    this.#ready.set(entry, ready)
    return ready
  }

  /** When a kind that is not served any more went, and what took its place. */
  retired(apiVersion: string, kind: string): RetiredKind | undefined {
    return own(own(this.#file.retired, apiVersion), kind)
  }

  /** The versions of a group that have a kind. */
  apiVersionsOf(group: string, kind: string): readonly string[] {
    return this.#apiVersions().filter(
      (apiVersion) => groupOf(apiVersion) === group && this.kindsOf(apiVersion).includes(kind),
    )
  }

  kindsOf(apiVersion: string): readonly string[] {
    return Object.keys({ ...own(this.#file.kinds, apiVersion), ...own(this.#kinds, apiVersion) })
  }

  /** Whether a group is of Kubernetes itself, so that all its kinds are known here. */
  isOwnGroup(group: string): boolean {
    return this.#apiVersions().some(
      (apiVersion) =>
        groupOf(apiVersion) === group &&
        Object.values(this.#file.kinds[apiVersion] ?? {}).some(({ custom }) => custom !== true),
    )
  }

  #isSoundDefinition(object: KubernetesObject): boolean {
    if (object.kind !== 'CustomResourceDefinition') return false
    const schema = this.kind(object.apiVersion, object.kind)
    if (schema === undefined) return false
    const walk = new SchemaWalk(this.minors, this.minors.all)
    walk.visit(schema.root, object)
    return walk.problems.every(({ code }) => code !== 'wrong-type')
  }

  #apiVersions(): readonly string[] {
    return [...new Set([...Object.keys(this.#file.kinds), ...Object.keys(this.#kinds)])]
  }

  #prepare({ schema, in: range, offByDefault, custom }: KindEntry): KindSchema {
    const context: SchemaContext = {
      minors: this.minors,
      custom: custom ?? false,
      definition: (name) => this.#definition(name),
    }
    const root = custom ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema
    return {
      root: SchemaNode.of(root, context),
      minors: this.minors.range(range),
      offByDefault: offByDefault ?? false,
    }
  }

  #definition(name: string): SchemaNode {
    const known = this.#definitions.get(name)
    if (known !== undefined) return known
    const node = SchemaNode.of(this.#file.definitions[name] ?? {}, {
      minors: this.minors,
      custom: false,
      definition: (nested) => this.#definition(nested),
    })
    this.#definitions.set(name, node)
    return node
  }
}

/** Names come from manifests, so one of them may be `constructor`. */
const own = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
