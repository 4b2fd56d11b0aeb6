import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyErrorRule } from '../../checks/every-rule.ts'
import type { Finding } from '../../checks/finding.ts'
import * as dsl from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { COMPLETE_OPTIONS, type CompleteOptions } from './complete-options.ts'
import { minimal } from './fixtures.ts'

const FILE = /^test\/constructs\/complete-options\.ts$/

type Path = readonly (string | number)[]

/** The errors of a tree with one construct that is given these options. */
function errorsOf(
  { in: place, make }: CompleteOptions,
  props: (prod: dsl.Environment) => unknown,
): readonly Finding[] {
  const app = new dsl.App({ outdir: 'unused' })
  const environment = (id: string) =>
    new dsl.Environment(app, id, {
      owner: 'platform-team',
      images: {},
      lockstepImage: minimal.image,
      external: ['PriorityClass high', 'ServiceAccount shop/*'],
    })
  const prod = environment('prod')
  const scopes = {
    app: () => app,
    environment: () => environment('other'),
    namespace: () => new dsl.Namespace(environment('other'), 'shop'),
    'namespace of prod': () => new dsl.Namespace(prod, 'shop'),
  }
  make(scopes[place](), 'subject', props(prod) as never)
  return synthesizeTree(app, everyErrorRule).findings.filter(
    ({ severity, waived }) => severity === 'error' && waived === undefined,
  )
}

/** All places of an object that hold something, itself aside. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  const isPlain =
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))
  const below = isPlain
    ? Object.entries(value).flatMap(([key, member]) =>
        pathsOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []
  return path.length === 0 ? below : [path, ...below]
}

/** A copy in which one place holds something else; `undefined` takes it out. */
function replaced(value: unknown, [key, ...rest]: Path, next: unknown): unknown {
  if (key === undefined) return next
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? replaced(item, rest, next) : item))
  }
  const { [key]: member, ...others } = value as Record<string, unknown>
  const made = replaced(member, rest, next)
  return rest.length === 0 && next === undefined ? others : { ...others, [key]: made }
}

/** The same, as far as what a change before has left of the way there. */
function tryReplaced(value: unknown, path: Path, next: unknown): unknown {
  try {
    return replaced(value, path, next)
  } catch (error) {
    if (error instanceof TypeError) return value
    throw error
  }
}

const SEED = Math.floor(Math.random() * 2 ** 31)

const circular: Record<string, unknown> = {}
circular.self = circular

/** What plain JavaScript can give for anything. */
const ODD_VALUES: readonly unknown[] = [
  null,
  'three',
  '',
  '80',
  -1,
  0.5,
  Number.NaN,
  10n,
  true,
  [],
  [null],
  {},
  { nonsense: 1 },
  JSON.parse('{"__proto__": "x"}'),
  circular,
  new Map(),
  Symbol('odd'),
  () => {},
]

const describeErrors = (errors: readonly Finding[]) =>
  errors.map(({ rule, message, remedy }) => `${rule}: ${message} → ${remedy}`)

/** A mistake says which construct, where, which option, what is wrong, and what to write. */
function expectComplete(errors: readonly Finding[]): void {
  for (const { message, remedy, origin } of errors) {
    expect(message).toMatch(/^'[^']+' ./)
    expect(message).not.toContain('undefined')
    expect(remedy).toMatch(/^[A-Z].{3,}[^.]$/)
    expect(origin).toMatchObject({
      constructPath: expect.stringMatching(/subject$/),
      file: expect.stringMatching(FILE),
      line: expect.any(Number),
    })
  }
}

/** Options that are read alike by all constructs that have them, and are broken in one of them. */
const SHARED = new Set(Object.keys(COMPLETE_OPTIONS[2]?.props(undefined as never) ?? {}))

describe.each(COMPLETE_OPTIONS)('the options of $kind', (complete) => {
  const sample = complete.props(
    new dsl.Environment(new dsl.App(), 'prod', { owner: 'x', images: {} }),
  )
  const paths = pathsOf(sample).filter(
    ([first = '']) => complete.kind === 'HighlyAvailableDeployment' || !SHARED.has(String(first)),
  )
  const at = (path: Path): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], sample)
  const broken = (path: Path, odd: unknown) =>
    errorsOf(complete, (prod) => replaced(complete.props(prod), path, odd))

  it('are right as they are', () => {
    expect(describeErrors(errorsOf(complete, complete.props))).toEqual([])
  })

  it.each(paths.map((path) => [path.join('.'), path] as const))(
    'may lack %s, or have something else there',
    (_, path) => {
      expectComplete(broken(path, undefined))
      const nonsense = broken(path, Symbol('odd'))
      expectComplete(nonsense)
      expect(nonsense).not.toEqual([])
      for (const odd of [null, 'three', 3].filter((value) => typeof value !== typeof at(path))) {
        expectComplete(broken(path, odd).filter(({ rule }) => rule === 'construct/option'))
      }
    },
  )

  it('may be any nonsense', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...ODD_VALUES)), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const errors = errorsOf(complete, (prod) =>
            changes.reduce<unknown>(
              (props, [path, odd]) => tryReplaced(props, path, odd),
              complete.props(prod),
            ),
          )
          for (const { remedy, origin } of errors) {
            expect(remedy).not.toBe('')
            expect(origin?.file).toMatch(FILE)
          }
        },
      ),
      { numRuns: 40, seed: SEED },
    )
  })

  it.each([undefined, null, 'three', 3, [], () => {}])('may be %s altogether', (odd) => {
    const errors = errorsOf(complete, () => odd)
    expectComplete(errors)
    const isOptional = odd === undefined && ['Namespace', 'Lock'].includes(complete.kind)
    expect(describeErrors(errors)).toHaveLength(isOptional ? 0 : 1)
  })
})
