import type { SchemaFile } from '../../checks/schema/schema-file.ts'

/** One line per kind and per definition, so that a diff shows what a new version changed. */
export function printSchemaFile(file: SchemaFile): string {
  const sections = [
    `"about": ${JSON.stringify(file.about, null, 2)}`,
    `"minors": ${JSON.stringify(file.minors)}`,
    `"kinds": ${printLines(file.kinds, printLines)}`,
    `"retired": ${printLines(file.retired, printLines)}`,
    `"definitions": ${printLines(file.definitions)}`,
  ]
  return `{\n${sections.join(',\n')}\n}\n`
}

function printLines<Value>(
  record: Readonly<Record<string, Value>>,
  print: (value: Value) => string = JSON.stringify,
): string {
  const lines = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${print(record[key] as Value)}`)
  return `{\n${lines.join(',\n')}\n}`
}
