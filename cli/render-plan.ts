import { diffPlan, type Effect, type ObjectDiff } from '../gitops/diff.ts'
import type { FieldChange } from '../gitops/field-changes.ts'
import type { FileChange } from '../gitops/git-remote.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'
import { type Style, styleFor } from './style.ts'
import type { Terminal } from './terminal.ts'

/** How an effect is called, and how loudly. */
export const EFFECTS: Readonly<
  Record<Effect, { readonly name: string; readonly sign: string; readonly color: Color }>
> = {
  'no-op': { name: 'no-op', sign: '=', color: 'gray' },
  creates: { name: 'new', sign: '+', color: 'green' },
  removes: { name: 'removed', sign: '-', color: 'red' },
  'in-place': { name: 'in place', sign: '~', color: 'cyan' },
  'rolling-restart': { name: 'rolling restart', sign: '~', color: 'yellow' },
  canary: { name: 'canary', sign: '~', color: 'yellow' },
  recreate: { name: 'needs recreate', sign: '!', color: 'red' },
  'deletes-data': { name: 'deletes data', sign: '!', color: 'red' },
}

type Color = 'gray' | 'green' | 'red' | 'cyan' | 'yellow'

/** Fields shown of one object, and apps shown in all; the rest is counted. */
const SHOWN_FIELDS = 12
const SHOWN_APPS = 40

/** What keeps a plan from being carried out, in the shape of all errors. Empty if nothing does. */
export function renderStops({ stops }: PublishPlan, terminal: Pick<Terminal, 'color'>): string {
  const style = styleFor(terminal)
  return stops
    .map(({ message, remedy }) => `${style('red', 'error:')} ${message}\n  → ${remedy}\n`)
    .join('')
}

/** A plan for a person at a terminal, without its stops. Empty if there is nothing to say. */
export function renderPlan(
  plan: PublishPlan,
  terminal: Pick<Terminal, 'color' | 'columns'>,
): string {
  const style = styleFor(terminal)
  const diffs = diffPlan(plan)
  const lines = [
    ...renderApps(diffs, style, terminal.columns),
    ...otherFiles(plan),
    ...summary(diffs),
    ...renderDrift(plan, style),
    ...plan.rollouts.map(({ app, message }) => `${style('cyan', 'rollout')} ${app}: ${message}`),
    ...plan.heldBack.map(
      ({ app, reason, remedy }) =>
        `${style('yellow', 'held back')} ${app}: ${reason}\n  → ${remedy}`,
    ),
    ...plan.warnings.map((warning) => `${style('yellow', 'warning')} ${warning}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function renderApps(
  diffs: readonly ObjectDiff[],
  style: Style,
  columns: number,
): readonly string[] {
  const apps = [...Map.groupBy(diffs, ({ app }) => app)]
  const hidden = apps.length - SHOWN_APPS
  return [
    ...apps.slice(0, SHOWN_APPS).flatMap(([app, own]) => renderApp(app, own, style, columns)),
    ...(hidden > 0 ? [style('gray', `and ${hidden} more apps; --format json has them all`)] : []),
  ]
}

/** What is new, or goes, as a whole needs no list of its objects. */
function renderApp(
  app: string,
  diffs: readonly ObjectDiff[],
  style: Style,
  columns: number,
): readonly string[] {
  const [first] = diffs
  const isPlain = diffs.every(({ effect, note }) => effect === first?.effect && note === undefined)
  if (isPlain && (first?.effect === 'creates' || first?.effect === 'removes')) {
    const { name, sign, color } = EFFECTS[first.effect]
    const count = diffs.length === 1 ? '1 object' : `${diffs.length} objects`
    return [`${style(color, sign)} ${style('bold', app)}  ${style(color, name)}, ${count}`]
  }
  return [style('bold', app), ...diffs.flatMap((diff) => renderObject(diff, style, columns))]
}

function renderObject(diff: ObjectDiff, style: Style, columns: number): readonly string[] {
  const { name, sign, color } = EFFECTS[diff.effect]
  const note = diff.note === undefined ? '' : style('gray', ` (${diff.note})`)
  const shown = bySubstance(diff.fields).slice(0, SHOWN_FIELDS)
  const hidden = diff.fields.length - shown.length
  return [
    `  ${style(color, sign)} ${diff.object}  ${style(color, name)}${note}`,
    ...shown.map((field) => renderField(field, style, columns)),
    ...(hidden > 0 ? [style('gray', `      and ${hidden} more fields`)] : []),
  ]
}

/** What an object does before what it is called, so that annotations hide nothing that counts. */
const bySubstance = (fields: readonly FieldChange[]): readonly FieldChange[] => {
  const isName = ({ field }: FieldChange) => field.startsWith('metadata.')
  return [...fields.filter((field) => !isName(field)), ...fields.filter(isName)]
}

function renderField({ field, before, after }: FieldChange, style: Style, columns: number): string {
  const room = Math.max(16, Math.floor((columns - field.length - 14) / 2))
  const [old, next] = renderChange(before, after, room)
  const change =
    before === undefined
      ? style('green', `+ ${next}`)
      : after === undefined
        ? style('red', `- ${old}`)
        : `${style('red', old)} → ${style('green', next)}`
  return `      ${field}: ${change}`
}

/** Two values on one line, each cut to what fits, so that one sees how they differ. */
export function renderChange(before: unknown, after: unknown, room: number): [string, string] {
  const start = sharedStart(before, after, room)
  return [brief(before, room, start), brief(after, room, start)]
}

/** A value on one line, from `start` on, cut to what fits. */
export function brief(value: unknown, room: number, start = 0): string {
  const text = onOneLine(value)
  if (text === undefined || text.length <= room) return String(text)
  const shown = start > 0 ? `…${text.slice(start)}` : text
  return shown.length <= room ? shown : `${shown.slice(0, room - 1)}…`
}

const onOneLine = (value: unknown): string | undefined =>
  typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value)

/**
 * How much of two long values is the same and tells nothing: two images of one repository would
 * both be cut before they differ.
 */
function sharedStart(before: unknown, after: unknown, room: number): number {
  const [old, next] = [onOneLine(before), onOneLine(after)]
  if (old === undefined || next === undefined) return 0
  let end = 0
  while (end < old.length && old[end] === next[end]) end++
  return end < room / 2 ? 0 : old.slice(0, end).search(/[^/:@,{["\s]*$/)
}

/** Files that are no objects: plans of rollouts. Those of our own book-keeping go without saying. */
function otherFiles(plan: PublishPlan): readonly string[] {
  const shown = plan.changes.filter(({ path }) => path.startsWith(`${plan.environment}/rollouts/`))
  const created = new Set(plan.created)
  const sign = ({ path, write }: FileChange): string => {
    if (write === undefined) return '-'
    return created.has(path) ? '+' : '~'
  }
  return shown.map((change) => `${sign(change)} ${change.path}`)
}

/** `12 objects: 10 new, 2 in place`. */
function summary(diffs: readonly ObjectDiff[]): readonly string[] {
  if (diffs.length < 2) return []
  const counts = [...Map.groupBy(diffs, ({ effect }) => EFFECTS[effect].name)]
  return [
    `${diffs.length} objects: ${counts.map(([name, own]) => `${own.length} ${name}`).join(', ')}`,
  ]
}

function renderDrift({ drift }: PublishPlan, style: Style): readonly string[] {
  const said = {
    kept: 'kept as it is; --overwrite-drift undoes the edit',
    conflict: 'and this publish would change it; --overwrite-drift undoes the edit',
    overwritten: 'and the edit is undone',
  } as const
  return drift.map(
    ({ path, state, outcome }) =>
      `${style('yellow', 'drift')} ${path} was ${state} by hand on the branch, ${said[outcome]}`,
  )
}
