import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A row of a table, by the heading of each column. */
export type Row = Readonly<Record<string, string>>

/** The table under a heading of docs/checkers.md. */
export function checkersTable(heading: string): readonly Row[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/checkers.md'), 'utf8')
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const [head, , ...rows] = section.split('\n').filter((line) => line.startsWith('| '))
  if (head === undefined) throw new Error(`docs/checkers.md has no table under '${heading}'`)
  return rows.map((row) =>
    Object.fromEntries(cells(head).map((name, i) => [name, cells(row)[i] ?? ''])),
  )
}

const cells = (row: string): readonly string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** Texts in backticks of a cell. */
export const codes = (cell = ''): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** Checks that docs/checkers.md says a checker would report if workloads did not answer it. */
export const acceptedChecks = (checker: string): ReadonlySet<string> =>
  new Set(checkersTable('On purpose').flatMap((row) => codes(row[checker])))

/** Checks that docs/checkers.md says a checker reports once they are switched on. */
export const checksOffByDefault = (checker: string): readonly string[] =>
  checkersTable('Off by default')
    .filter((row) => row.checker === checker)
    .flatMap(({ check }) => codes(check))

/** What docs/checkers.md says a checker reports about an option. */
export const objectionsTo = (option: string, checker: string): readonly string[] =>
  checkersTable('Up to you')
    .filter((row) => row.option === `\`${option}\``)
    .flatMap((row) => codes(row[checker]))
