import { diffPlan, type Effect, type ObjectDiff } from '../gitops/diff.ts'
import type { FieldChange } from '../gitops/field-changes.ts'
import type { FileChange } from '../gitops/git-remote.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'
import { renderChange } from './render-change.ts'
import { renderDrift } from './render-drift.ts'
import { renderFields } from './render-fields.ts'
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

/** Apps shown in all; the rest is counted. */
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
    ...plan.drift.flatMap((file) => renderDrift(file, style, terminal.columns)),
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
  return [
    `  ${style(color, sign)} ${diff.object}  ${style(color, name)}${note}`,
    ...renderFields(diff.fields, style, (change) => renderField(change, style, columns)),
  ]
}

function renderField({ field, before, after }: FieldChange, style: Style, columns: number): string {
  const room = Math.max(16, Math.floor((columns - field.length - 14) / 2))
  const [old, next] = renderChange(before, after, room)
  if (before === undefined) return style('green', `+ ${next}`)
  if (after === undefined) return style('red', `- ${old}`)
  return `${style('red', old)} → ${style('green', next)}`
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
