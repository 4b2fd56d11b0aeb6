import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { STAGE_NAMES, type StageName } from '../../rollouts/stage-name.ts'
import { TRANSITIONS } from '../../rollouts/transitions.ts'
import { ROOT } from '../meta/repository.ts'

const idOf = (stage: StageName): string => stage.replaceAll('-', '_')

const states = STAGE_NAMES.map(
  (stage) => `  state "${stage.replaceAll('-', ' ')}" as ${idOf(stage)}`,
)

const arrows = [
  ...Map.groupBy(TRANSITIONS, ({ from, to }) => `  ${idOf(from)} --> ${idOf(to)}`),
].map(([arrow, same]) => `${arrow}: ${same.map(({ action }) => action).join(', ')}`)

/** The diagram is written by `npx vitest run test/rollouts/transitions-page.test.ts -u`. */
it('the page of rollouts draws the states as they are', async () => {
  const page = readFileSync(join(ROOT, 'docs/rollouts.md'), 'utf8')
  const diagram = ['stateDiagram-v2', ...states, '  [*] --> at_rest', ...arrows].join('\n')
  expect(page).toContain('```mermaid\n')
  const drawn = page.replace(/```mermaid\n[^`]*```/, `\`\`\`mermaid\n${diagram}\n\`\`\``)
  await expect(drawn).toMatchFileSnapshot('../../docs/rollouts.md')
})
