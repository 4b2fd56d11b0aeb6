/**
 * The part of OpenAPI v3 schemas that Kubernetes uses, for its own kinds and in
 * CustomResourceDefinitions, with two extensions of ours.
 */
export interface JsonSchema {
  /** Name of a definition in the same file. */
  readonly $ref?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  /**
   * Those of Kubernetes and, besides, `quantity`, `int-or-string`, `micro-time`, and `port` and
   * `target-port` for a port by its number or name.
   */
  readonly format?: string
  readonly nullable?: boolean
  /** What the API server writes where the field is not there; kept for CustomResourceDefinitions. */
  readonly default?: unknown

  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly minProperties?: number
  readonly maxProperties?: number

  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean

  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: boolean
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number

  readonly allOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly not?: JsonSchema

  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean

  /** Minor versions that have this field, if not all do. */
  readonly 'x-in'?: MinorRange
  /** The same for values of `enum`. */
  readonly 'x-enum-in'?: Readonly<Record<string, MinorRange>>
}

/** First and last minor version: `1.33-1.35`. Without a last one (`1.33-`) it is the newest known. */
export type MinorRange = `${string}-${string}`
