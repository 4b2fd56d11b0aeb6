import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { ROOT } from './repository.ts'

export interface ExportedNames {
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** What a module exports by name. Types are read from the source: at run time they are gone. */
export function exportedNames(file: string): ExportedNames {
  const { module } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'))
  const entries = module.staticExports.flatMap(({ entries }) => entries)
  const names = (isType: boolean) =>
    entries
      .filter((entry) => entry.isType === isType)
      .map(({ exportName }) => exportName.name ?? (exportName.kind === 'Default' ? 'default' : '*'))
      .sort()
  return { values: names(false), types: names(true) }
}
