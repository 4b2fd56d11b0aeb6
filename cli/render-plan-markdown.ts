import { counted } from '../checks/reports/counted.ts'
import { diffPlan, type ObjectDiff } from '../gitops/diff.ts'
import type { FieldChange } from '../gitops/field-changes.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'
import { brief } from './render-change.ts'
import { shownFields } from './render-fields.ts'
import { EFFECTS } from './render-plan.ts'

/** Longest value that is shown; a comment of a pull request has 65,536 characters in all. */
const VALUE_LENGTH = 80
const SHOWN_OBJECTS = 100

/** A plan for a comment of a pull request. */
export function renderPlanMarkdown(plan: PublishPlan): string {
  const diffs = diffPlan(plan)
  const shown = diffs.slice(0, SHOWN_OBJECTS)
  const hidden = diffs.length - shown.length
  const sections = [
    `### ${plan.environment}`,
    ...list(
      'Stopped',
      plan.stops.map(({ message, remedy }) => `**${plain(message)}.** ${plain(remedy)}.`),
    ),
    diffs.length === 0 ? 'Nothing changes.' : table(shown),
    ...(hidden > 0 ? [`And ${hidden} more objects.`] : []),
    ...shown
      .filter(({ fields }) => fields.length > 0)
      .map(({ object, fields }) => details(object, changedLines(fields))),
    ...list(
      'Rollouts',
      plan.rollouts.map(({ app, message }) => `\`${app}\`: ${plain(message)}`),
    ),
    ...list(
      'Held back',
      plan.heldBack.map(
        ({ app, reason, remedy }) => `\`${app}\`: ${plain(reason)}. ${plain(remedy)}.`,
      ),
    ),
    ...list(
      'Edited by hand',
      plan.drift.map(({ path, state, outcome }) => `\`${path}\` (${state}, ${outcome})`),
    ),
    ...plan.drift
      .filter(({ fields, outcome }) => fields.length > 0 && outcome !== 'overwritten')
      .map(({ path, fields }) => details(path, editedLines(fields))),
    ...list('Warnings', plan.warnings.map(plain)),
  ]
  return `${sections.join('\n\n')}\n`
}

const table = (diffs: readonly ObjectDiff[]): string =>
  [
    '| app | object | effect |',
    '| --- | --- | --- |',
    ...diffs.map(({ app, object, effect, note }) => {
      const { name } = EFFECTS[effect]
      return `| ${app} | \`${object}\` | ${name}${note === undefined ? '' : ` (${plain(note)})`} |`
    }),
  ].join('\n')

/** A block of `diff`, which is coloured where it is read. */
function details(name: string, lines: readonly string[]): string {
  const block = ['```diff', ...lines, '```'].join('\n')
  return `<details><summary><code>${name}</code></summary>\n\n${block}\n\n</details>`
}

const changedLines = (fields: readonly FieldChange[]): readonly string[] =>
  fields.flatMap(({ field, before, after }) => [
    ...(before === undefined ? [] : [`- ${field}: ${brief(before, VALUE_LENGTH)}`]),
    ...(after === undefined ? [] : [`+ ${field}: ${brief(after, VALUE_LENGTH)}`]),
  ])

/** What somebody made of what the app definitions say. */
function editedLines(fields: readonly FieldChange[]): readonly string[] {
  const { shown, hidden } = shownFields(fields)
  const edits = shown.map(({ field, before, after }) => ({ field, before: after, after: before }))
  return [...changedLines(edits), ...(hidden > 0 ? [`and ${counted(hidden, 'more field')}`] : [])]
}

const list = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`#### ${title}`, items.map((item) => `- ${item}`).join('\n')]

/** What Markdown would take for a column, a tag or emphasis. */
const plain = (text: string): string =>
  text.replaceAll(/[|<>*_`]/g, (character) => `\\${character}`)
