import type { JsonSchema, MinorRange } from './json-schema.ts'

/** What is known of the kinds of a range of Kubernetes versions, merged into one. */
export interface SchemaFile {
  /** Where it comes from, for people. */
  readonly about: Readonly<Record<string, unknown>>
  /** Minor versions of Kubernetes that it covers, oldest first: `1.31`. */
  readonly minors: readonly string[]
  /** By `apiVersion`, then by kind. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, KindEntry>>>>
  /** Kinds that a version of Kubernetes no longer serves, by `apiVersion`, then by kind. */
  readonly retired: Readonly<Record<string, Readonly<Record<string, RetiredKind>>>>
  /** What `$ref` names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

export interface KindEntry {
  readonly schema: JsonSchema
  /** @default - all of the file's minor versions */
  readonly in?: MinorRange
  /** A cluster serves it only if it was told to. */
  readonly offByDefault?: true
  /** From a CustomResourceDefinition, so a cluster has it only if that was installed. */
  readonly custom?: true
}

export interface RetiredKind {
  /** First minor version without it. */
  readonly removedIn: string
  /** What to write instead: `networking.k8s.io/v1 Ingress`. Absent if there is nothing. */
  readonly use?: string
}
