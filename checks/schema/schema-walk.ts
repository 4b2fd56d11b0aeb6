import { fieldPath } from '../../manifests/field-path.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { didYouMean } from './did-you-mean.ts'
import type { MinorVersions } from './minor-versions.ts'
import type { Combinations, SchemaField, SchemaNode } from './schema-node.ts'
import { SCHEMA_SEVERITIES, type SchemaProblem, type SchemaProblemCode } from './schema-problem.ts'
import { quoted } from './value-check.ts'
import { describeWrongType, hasType, remedyForType } from './value-type.ts'

/** Holds one object against a schema and gathers all that does not agree. */
export class SchemaWalk {
  readonly problems: SchemaProblem[] = []
  readonly #minors: MinorVersions
  readonly #targets: number
  /** Where the walk is. */
  readonly #path: (string | number)[] = []

  constructor(minors: MinorVersions, targets: number) {
    this.#minors = minors
    this.#targets = targets
  }

  visit(node: SchemaNode, value: unknown): void {
    if (value === null && node.nullable) return
    if (!hasType(node.type, value)) {
      this.#report(
        'wrong-type',
        describeWrongType(node.type, value),
        remedyForType(node.type, value),
      )
      return
    }
    if (node.checks.length > 0) this.#runChecks(node, value)
    if (node.enum !== undefined) this.#visitEnum(node, node.enum, value)
    if (Array.isArray(value)) this.#visitItems(node, value)
    else if (isRecord(value)) this.#visitFields(node, value)
    if (node.combinations !== undefined) {
      this.#visitCombinations(
        node.combinations,
        isRecord(value) ? { ...node.defaults, ...value } : value,
      )
    }
  }

  #runChecks({ checks }: SchemaNode, value: unknown): void {
    for (const check of checks) {
      const complaint = check(value)
      if (complaint !== undefined) {
        this.#report('invalid-value', complaint.message, complaint.remedy)
      }
    }
  }

  #visitItems({ items }: SchemaNode, list: readonly unknown[]): void {
    if (items === undefined) return
    for (let index = 0; index < list.length; index++) {
      this.#path.push(index)
      this.visit(items, list[index])
      this.#path.pop()
    }
  }

  #visitFields(node: SchemaNode, object: Readonly<Record<string, unknown>>): void {
    const { fields } = node
    for (const name of Object.keys(object)) {
      const value = object[name]
      if (value === undefined) continue
      this.#path.push(name)
      this.#visitField(node, fields.get(name), name, value)
      this.#path.pop()
    }
    for (const name of node.required) {
      const value = object[name]
      if (value !== undefined && (value !== null || node.custom)) continue
      if (Object.hasOwn(node.defaults, name)) continue
      this.#path.push(name)
      this.#report('missing-field', 'is missing', 'Add it')
      this.#path.pop()
    }
  }

  #visitField(
    node: SchemaNode,
    field: SchemaField | undefined,
    name: string,
    value: unknown,
  ): void {
    const child = field === undefined ? node.values : field.node
    if (child === undefined) {
      if (!node.open) this.#reportUnknown(node, name)
      return
    }
    if (field !== undefined) this.#requireVersions(field.minors)
    // Kubernetes' own kinds take `null` for a field that is not there.
    if (value !== null || node.custom) this.visit(child, value)
  }

  #visitEnum(node: SchemaNode, values: readonly unknown[], value: unknown): void {
    if (values.includes(value)) {
      if (typeof value === 'string') this.#requireVersions(node.minorsOf(value), value)
      return
    }
    // In Kubernetes' own kinds it says the same as leaving the field out.
    if (value === '' && !node.custom) return
    const meant = typeof value === 'string' && didYouMean(value, values.map(String))
    this.#report(
      'invalid-value',
      `must be ${values.map(quoted).join(', ')}, got ${quoted(value)}`,
      meant ? `Write ${quoted(meant)}` : 'Write one of these values',
    )
  }

  #visitCombinations({ all, any, one, not }: Combinations, value: unknown): void {
    for (const node of all) this.visit(node, value)
    const fits = (node: SchemaNode) => this.#fits(node, value)
    if (any.length > 0 && !any.some(fits)) this.#reportNoForm(any, value)
    if (one.length > 0 && one.filter(fits).length !== 1) this.#reportNoForm(one, value)
    if (not !== undefined && fits(not)) this.#reportNoForm([], value)
  }

  /** If one form alone has the value's type, its problems are what helps. */
  #reportNoForm(forms: readonly SchemaNode[], value: unknown): void {
    const [likely, ...others] = forms.filter(({ type }) => type !== 'any' && hasType(type, value))
    if (likely !== undefined && others.length === 0) {
      this.visit(likely, value)
      return
    }
    const message = `must have one of the forms that its schema allows, got ${quoted(value)}`
    this.#report('invalid-value', message, 'See the documentation of the field')
  }

  #fits(node: SchemaNode, value: unknown): boolean {
    const trial = new SchemaWalk(this.#minors, this.#targets)
    trial.visit(node, value)
    return trial.problems.length === 0
  }

  /** @param value one of an enum; absent for the field itself */
  #requireVersions(minors: number, value?: string): void {
    const lacking = this.#targets & ~minors
    if (lacking === 0) return
    const subject = value === undefined ? 'exists' : `can be ${quoted(value)}`
    this.#report(
      'not-in-version',
      `${subject} ${this.#minors.describeLife(minors)}, the targets include ${this.#minors.describe(lacking)}`,
      `Remove it, or leave ${this.#minors.describe(lacking)} out of the target versions`,
    )
  }

  #reportUnknown(node: SchemaNode, name: string): void {
    const meant = didYouMean(name, node.fields.keys())
    const known = [...node.fields.keys()]
    const list = known.length <= 12 ? ` Its fields: ${known.join(', ')}` : ''
    const remedy = meant === undefined ? `Remove it.${list}` : `Write \`${meant}\``
    this.#report('unknown-field', 'is not a field here', remedy)
  }

  #report(code: SchemaProblemCode, message: string, remedy: string): void {
    const field = fieldPath(this.#path)
    this.problems.push({
      code,
      severity: SCHEMA_SEVERITIES[code],
      field,
      message: `\`${field}\` ${message}`,
      remedy,
    })
  }
}
