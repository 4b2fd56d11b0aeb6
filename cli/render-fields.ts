import { counted } from '../checks/reports/counted.ts'
import type { FieldChange } from '../gitops/field-changes.ts'
import type { Style } from './style.ts'

/** Fields shown of one object; the rest is counted. */
const SHOWN_FIELDS = 12

/** The fields that are shown of one object, a line each as `render` has it, and how many are not. */
export function renderFields(
  fields: readonly FieldChange[],
  style: Style,
  render: (change: FieldChange) => string,
): readonly string[] {
  const { shown, hidden } = shownFields(fields)
  return [
    ...shown.map((change) => `      ${change.field}: ${render(change)}`),
    ...(hidden > 0 ? [style('gray', `      and ${counted(hidden, 'more field')}`)] : []),
  ]
}

/** What an object does before what it is called, so that annotations hide nothing that counts. */
export function shownFields(fields: readonly FieldChange[]): {
  readonly shown: readonly FieldChange[]
  /** How many are not shown. */
  readonly hidden: number
} {
  const isName = ({ field }: FieldChange) => field.startsWith('metadata.')
  const bySubstance = [...fields.filter((change) => !isName(change)), ...fields.filter(isName)]
  const shown = bySubstance.slice(0, SHOWN_FIELDS)
  return { shown, hidden: fields.length - shown.length }
}
