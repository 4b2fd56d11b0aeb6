import { expect, it } from 'vitest'
import { ruleDescriptions } from '../../checks/all-rules.ts'
import type { RuleDescription } from '../../checks/rule.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

const rowOf = ({ id, severity, title, peers = [] }: RuleDescription): string =>
  `| \`${id}\` | ${severity} | ${cell(title)} | ${peers.map((peer) => `\`${peer}\``).join(' ')} |`

/** The page is written by `npx vitest run test/checks/rules-page.test.ts -u`. */
it('the page of the rules has all of them as they are', async () => {
  const counts = Map.groupBy(ruleDescriptions, ({ severity }) => severity)
  const page = [
    '# The rules',
    '',
    `What \`lockstep check\` looks for: ${counts.get('error')?.length} errors, ${counts.get('warning')?.length} warnings and ${counts.get('advice')?.length} pieces of advice. \`lockstep explain <rule>\` says what happens if one does not hold. Beside a rule stand the names that other tools have for it, or for most of it.`,
    '',
    '| rule | severity | what must hold | elsewhere |',
    '| --- | --- | --- | --- |',
    ...ruleDescriptions.map(rowOf),
    '',
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../docs/rules.md')
})
