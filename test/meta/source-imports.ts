import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { ROOT } from './repository.ts'

/** One `import`, `export … from`, `import()` or `import type` of a file of ours. */
export interface SourceImport {
  /** Relative to the repository. */
  readonly file: string
  readonly specifier: string
  /** The file that it means, relative to the repository; `undefined` for packages. */
  readonly target: string | undefined
  /** Whether it is gone at run time. */
  readonly isType: boolean
  /** Whether it is an `import()`, so that what it means is loaded when that is come to. */
  readonly isLate: boolean
}

/** All TypeScript files below a folder, relative to the repository. */
export const sourcesOf = (folder: string): string[] =>
  globSync(`${folder}/**/*.ts`, { cwd: ROOT })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()

export function importsOf(file: string): SourceImport[] {
  const { program, errors } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'))
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]?.message}`)
  return [...requests(program)].map(({ specifier, isType, isLate }) => ({
    file,
    specifier,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined,
    isType,
    isLate,
  }))
}

type Request = Pick<SourceImport, 'specifier' | 'isType' | 'isLate'>

/** Walks the whole tree, since `import()` and `import('…').Type` can stand anywhere. */
function* requests(node: unknown): Generator<Request> {
  if (Array.isArray(node)) for (const item of node) yield* requests(item)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const { type, source, importKind, exportKind } = node as Record<string, unknown>
  if (/^(Import|Export|TSImport)/.test(String(type)) && isObject(source)) {
    const isType = type === 'TSImportType' || importKind === 'type' || exportKind === 'type'
    yield { specifier: requested(source), isType, isLate: type === 'ImportExpression' }
  }
  for (const value of Object.values(node)) if (isObject(value)) yield* requests(value)
}

/** The text of the specifier; of a computed one the beginning, up to what is computed. */
function requested(source: Readonly<Record<string, unknown>>): string {
  if (typeof source.value === 'string') return source.value
  const [head] = (source.quasis ?? []) as { value: { cooked: string } }[]
  if (head === undefined) throw new TypeError(`An import of a ${source.type} says nothing`)
  return head.value.cooked
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
