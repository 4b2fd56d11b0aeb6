import type { DriftedFile } from '../gitops/drift.ts'
import type { FieldChange } from '../gitops/field-changes.ts'
import { renderChange } from './render-change.ts'
import { renderFields } from './render-fields.ts'
import type { Style } from './style.ts'

/** A file that was edited by hand: what becomes of the edit, and what it says instead of ours. */
export const renderDrift = (
  { path, state, outcome, fields }: DriftedFile,
  style: Style,
  columns: number,
): readonly string[] => [
  `${style('yellow', 'drift')} ${path} was ${state} by hand on the branch, ${BECOMES[outcome]}`,
  // What is undone is a change, and shown among the others.
  ...(outcome === 'overwritten'
    ? []
    : renderFields(fields, style, (change) => renderEdit(change, style, columns))),
]

const BECOMES: Readonly<Record<DriftedFile['outcome'], string>> = {
  kept: 'kept as it is; --overwrite-drift undoes the edit',
  conflict: 'and this publish would change it; --overwrite-drift undoes the edit',
  overwritten: 'and the edit is undone',
}

function renderEdit({ field, before, after }: FieldChange, style: Style, columns: number): string {
  const room = Math.max(16, Math.floor((columns - field.length - 20) / 2))
  const [edited, ours] = renderChange(before, after, room)
  return `${style('red', before === undefined ? 'nothing' : edited)} instead of ${style('green', after === undefined ? 'nothing' : ours)}`
}
