import type { JsonSchema } from './json-schema.ts'
import { keywordChecks } from './keywords.ts'
import type { MinorVersions } from './minor-versions.ts'
import type { ValueCheck } from './value-check.ts'

export type ValueType =
  | 'any'
  | 'array'
  | 'boolean'
  | 'int-or-string'
  | 'integer'
  | 'number'
  | 'object'
  | 'quantity'
  | 'string'

/** What a node needs to know of the schemas around it. */
export interface SchemaContext {
  readonly minors: MinorVersions
  /** Whether it is of a CustomResourceDefinition, whose objects the API server reads more strictly. */
  readonly custom: boolean
  /** The node that `$ref` names. */
  definition(name: string): SchemaNode
}

/**
 * One schema, ready to be held against values. Its parts are made when the first value needs them:
 * of a file with a hundred kinds, a run pays for those that occur.
 */
export class SchemaNode {
  readonly type: ValueType
  readonly custom: boolean
  /** Whether `null` is a value of it, rather than the absence of one. */
  readonly nullable: boolean
  /** Whether fields that it does not know are let through. */
  readonly open: boolean
  readonly required: readonly string[]
  readonly enum: readonly unknown[] | undefined
  readonly checks: readonly ValueCheck[]
  readonly combinations: Combinations | undefined
  readonly #schema: JsonSchema
  readonly #context: SchemaContext
  #defaults: Readonly<Record<string, unknown>> | undefined
  #fields: ReadonlyMap<string, SchemaField> | undefined
  #items: SchemaNode | undefined
  #values: SchemaNode | undefined

  constructor(schema: JsonSchema, context: SchemaContext) {
    this.#schema = schema
    this.#context = context
    this.type = typeOf(schema)
    this.custom = context.custom
    this.nullable = schema.nullable ?? false
    this.open = isOpen(schema, context.custom)
    this.required = schema.required ?? NONE
    this.enum = schema.enum
    this.checks = keywordChecks(schema)
    this.combinations = combinationsOf(schema, context)
  }

  static of(schema: JsonSchema, context: SchemaContext): SchemaNode {
    return schema.$ref === undefined
      ? new SchemaNode(schema, context)
      : context.definition(schema.$ref)
  }

  get fields(): ReadonlyMap<string, SchemaField> {
    this.#fields ??= fieldsOf(this.#schema, this.#context)
    return this.#fields
  }

  /** Values of fields that the API server adds before it validates. */
  get defaults(): Readonly<Record<string, unknown>> {
    this.#defaults ??= this.custom ? defaultsOf(this.#schema) : {}
    return this.#defaults
  }

  /** What each item of a list is. */
  get items(): SchemaNode | undefined {
    const { items } = this.#schema
    if (items !== undefined) this.#items ??= SchemaNode.of(items, this.#context)
    return this.#items
  }

  /** What each value of a map is. */
  get values(): SchemaNode | undefined {
    const { additionalProperties: values } = this.#schema
    if (typeof values === 'object') this.#values ??= SchemaNode.of(values, this.#context)
    return this.#values
  }

  /** The set of minor versions that have this value of the enum. */
  minorsOf(value: string): number {
    return this.#context.minors.range(this.#schema['x-enum-in']?.[value])
  }
}

/** A field of an object, with the set of minor versions that have it. */
export class SchemaField {
  readonly minors: number
  readonly #schema: JsonSchema
  readonly #context: SchemaContext
  #node: SchemaNode | undefined

  constructor(schema: JsonSchema, context: SchemaContext) {
    this.minors = context.minors.range(schema['x-in'])
    this.#schema = schema
    this.#context = context
  }

  get node(): SchemaNode {
    this.#node ??= SchemaNode.of(this.#schema, this.#context)
    return this.#node
  }
}

/** Schemas that must hold besides: all, some or exactly one of them, or not this one. */
export interface Combinations {
  readonly all: readonly SchemaNode[]
  readonly any: readonly SchemaNode[]
  readonly one: readonly SchemaNode[]
  readonly not: SchemaNode | undefined
}

const NONE: readonly string[] = []

const TYPES: ReadonlySet<string> = new Set([
  'array',
  'boolean',
  'integer',
  'number',
  'object',
  'string',
])

const NUMBER_OR_NAME: ReadonlySet<string> = new Set(['int-or-string', 'port', 'target-port'])

function typeOf(schema: JsonSchema): ValueType {
  if (schema['x-kubernetes-int-or-string'] === true) return 'int-or-string'
  if (schema.format === 'quantity') return 'quantity'
  if (NUMBER_OR_NAME.has(schema.format ?? '')) return 'int-or-string'
  // A definition of a user's own may say anything here.
  return schema.type !== undefined && TYPES.has(schema.type) ? schema.type : 'any'
}

/**
 * An object of which no fields are stated may have any. Not so in a CustomResourceDefinition, which
 * has to say `x-kubernetes-preserve-unknown-fields` for that.
 */
function isOpen(schema: JsonSchema, custom: boolean): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return true
  if (schema.type !== 'object' || schema.additionalProperties === true) return true
  return schema.properties === undefined && !custom
}

/** What an object has that is a whole Kubernetes object, whatever its schema says. */
const ENVELOPE: Readonly<Record<string, JsonSchema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: 'meta.v1.ObjectMeta' },
}

function fieldsOf(schema: JsonSchema, context: SchemaContext): ReadonlyMap<string, SchemaField> {
  const envelope = schema['x-kubernetes-embedded-resource'] === true ? ENVELOPE : {}
  const properties = { ...schema.properties, ...envelope }
  const fields = Object.entries(properties).map(
    ([name, property]) => [name, new SchemaField(property, context)] as const,
  )
  return new Map(fields)
}

function combinationsOf(schema: JsonSchema, context: SchemaContext): Combinations | undefined {
  const { allOf, anyOf, oneOf, not } = schema
  if ((allOf ?? anyOf ?? oneOf ?? not) === undefined) return undefined
  const nodes = (schemas: readonly JsonSchema[] = []) =>
    schemas.map((each) => SchemaNode.of(each, context))
  return {
    all: nodes(allOf),
    any: nodes(anyOf),
    one: nodes(oneOf),
    not: not && SchemaNode.of(not, context),
  }
}

function defaultsOf({ properties = {} }: JsonSchema): Readonly<Record<string, unknown>> {
  const given = Object.entries(properties).filter(([, schema]) => schema.default !== undefined)
  return Object.fromEntries(given.map(([name, schema]) => [name, schema.default]))
}
