import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { UnwritableValueError } from '../../manifests/unwritable-value.ts'
import { allNastyStrings, configMapKeys, nastyStrings } from './nasty-strings.ts'
import { yamlReaders } from './yaml-readers.ts'

/** The string in every place where a string can stand. */
const everywhere = (text: string): Record<string, unknown> => ({
  value: text,
  list: [text, [text, [text]], { first: text, second: [text] }],
  keys: [{ [text]: text }, { [text]: [text] }, { [text]: { [text]: { a: text } } }],
  after: 'x',
})

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'\n\n\n \t-:#ab1.') }),
  fc.constantFrom(...allNastyStrings),
  fc
    .tuple(fc.constantFrom(...allNastyStrings), fc.constantFrom(...allNastyStrings))
    .map((pair) => pair.join('')),
)
// No backslash in names: once V8 13.6 has seen a name like `\\n`, its JSON.parse, through which the
// readers answer, takes an escaped name that is written alike, as a line break, for that one.
const name = text.filter((candidate) => !candidate.includes('\\'))

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    tie('map'),
  ),
  map: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
}))
const anyMap = fc.dictionary(name, anyValue, { maxKeys: 6 })

it('has a corpus of at least 110 nasty strings and 30 nasty names of data', () => {
  expect(allNastyStrings.length).toBeGreaterThanOrEqual(110)
  expect(configMapKeys.length).toBeGreaterThanOrEqual(30)
})

describe.each(yamlReaders)('$name', ({ missing, batch, read }) => {
  it.skipIf(missing !== undefined).each(Object.entries(nastyStrings))(
    'reads back nasty strings exactly: %s',
    (_, strings) => {
      const objects = strings.map(everywhere)
      const back = read(objects.map(emitYaml))
      objects.forEach((object, index) => {
        const subject = `${JSON.stringify(strings[index])}\n${emitYaml(object)}`
        expect(json(back[index]), subject).toEqual(json(object))
      })
    },
  )

  it.skipIf(missing !== undefined)('reads back nasty names of a ConfigMap exactly', () => {
    const data = Object.fromEntries(configMapKeys.map((key) => [key, key]))
    expect(json(read([emitYaml({ data })])[0])).toEqual({ data })
  })

  it.skipIf(missing !== undefined)('reads back any value exactly', () => {
    fc.assert(
      fc.property(fc.array(anyMap, { minLength: batch, maxLength: batch }), (values) => {
        expect(json(read(values.map(emitYaml)))).toEqual(json(values))
      }),
      // To shrink a batch would start hundreds of processes.
      { numRuns: 1000 / batch, endOnFailure: batch > 1 },
    )
  })
})

describe('emitYaml', () => {
  it('sorts fields by UTF-16 code unit, so that a manifest begins as people expect', () => {
    const manifest = {
      spec: { b: 1, a: 2, B: 3, é: 4, '\u{1d11e}': 5, '\uffee': 6 },
      metadata: { name: 'web' },
      kind: 'Deployment',
      apiVersion: 'apps/v1',
    }
    expect(emitYaml(manifest)).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  B: 3
  a: 2
  b: 1
  "é": 4
  "\u{1d11e}": 5
  "\uffee": 6
`)
  })

  it('sorts the many fields of a large map as it does those of a small one', () => {
    const names = Array.from({ length: 40 }, (_, index) => `k${(index * 17) % 40}`)
    const lines = emitYaml(Object.fromEntries(names.map((name) => [name, 1])))
      .trimEnd()
      .split('\n')
    expect(lines).toEqual([...names].sort().map((name) => `${name}: 1`))
  })

  it('leaves alone what no reader can misread', () => {
    const plain = [
      'registry.example.com:5000/shop/web:1.4.2@sha256:0123abcd',
      'app.kubernetes.io/name',
      '0 3 * * *',
      '100m',
      '128Mi',
      '25%',
      '10.0.0.0/8',
      '--port=8080',
      '-v',
      './run.sh',
      '$(POD_NAME)',
      '/healthz?full=1&x=y',
      "a person's sentence, with marks (and so on); quite plain!",
      'http://example.com:8080/a',
    ]
    expect(emitYaml(plain)).toBe(plain.map((text) => `- ${text}\n`).join(''))
  })

  it('quotes what some reader would misread', () => {
    expect(emitYaml(['yes', '8080', '1:30', '2026-11-21', '1e3', 'a: b', '', '# x'])).toBe(
      '- "yes"\n- "8080"\n- "1:30"\n- "2026-11-21"\n- "1e3"\n- "a: b"\n- ""\n- "# x"\n',
    )
  })

  it('quotes JSON and regular expressions without escapes', () => {
    expect(emitYaml({ a: '{"b": "c\\d"}', e: 'it\'s "so"' })).toBe(
      `a: '{"b": "c\\d"}'\ne: 'it''s "so"'\n`,
    )
  })

  it('escapes what a reviewer could not see', () => {
    expect(emitYaml(['a\u00a0b', 'a\u202eb', '\ufeffa', 'a\u2028b', '\u{e0001}', '\x1b[0m'])).toBe(
      '- "a\\u00a0b"\n- "a\\u202eb"\n- "\\ufeffa"\n- "a\\u2028b"\n- "\\U000e0001"\n- "\\u001b[0m"\n',
    )
  })

  it('writes lines as literal blocks, whatever lies at their ends', () => {
    expect(
      emitYaml({
        clipped: 'set -e\nexec web\n',
        indented: '    deep\nless\n',
        kept: 'a\n\n',
        list: ['a\nb'],
        stripped: 'a\n\n  b',
      }),
    ).toBe(`clipped: |
  set -e
  exec web
indented: |2
      deep
  less
kept: |+
  a

list:
  - |-
    a
    b
stripped: |-
  a

    b
`)
  })

  it('never folds a line', () => {
    const long = 'word '.repeat(400).trim()
    expect(emitYaml({ long })).toBe(`long: ${long}\n`)
  })

  it('writes numbers such that YAML 1.1 reads them too', () => {
    expect(emitYaml([0, -0, 1.5, 1e21, 1e-7, 2 ** 53])).toBe(
      '- 0\n- 0\n- 1.5\n- 1.0e+21\n- 1.0e-7\n- 9007199254740992\n',
    )
  })

  it('leaves out undefined fields and keeps null and empty collections', () => {
    expect(
      emitYaml({ a: undefined, b: null, c: {}, d: [], e: { f: undefined }, g: [[], {}] }),
    ).toBe('b: null\nc: {}\nd: []\ne: {}\ng:\n  - []\n  - {}\n')
  })

  it.each([
    ['a map', {}, '{}\n'],
    ['a list', [], '[]\n'],
    ['a string', 'no', '"no"\n'],
    ['lines', 'a\nb', '"a\\nb"\n'],
    ['null', null, 'null\n'],
  ])('writes %s as a document of its own', (_, value, text) => {
    expect(emitYaml(value)).toBe(text)
  })

  it('gives the same bytes in whatever order fields were set', () => {
    fc.assert(
      fc.property(anyMap, fc.infiniteStream(fc.nat()), (value, random) => {
        expect(emitYaml(shuffled(value, random))).toBe(emitYaml(value))
      }),
    )
  })

  it('gives the same bytes after many other strings as before', () => {
    const before = emitYaml(allNastyStrings)
    for (let count = 0; count < 50_000; count += 1000) {
      emitYaml(Array.from({ length: 1000 }, (_, index) => `string-${count + index}`))
    }
    expect(emitYaml(allNastyStrings)).toBe(before)
  })

  it('ends with one line break and holds no document marker, for any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = emitYaml(value)
        expect(text.endsWith('\n')).toBe(true)
        expect(text).not.toMatch(/^(?:---|\.\.\.)/m)
      }),
    )
  })

  it('takes plain objects without a prototype', () => {
    expect(emitYaml(Object.assign(Object.create(null), { a: 1 }))).toBe('a: 1\n')
  })
})

describe('emitYaml refuses', () => {
  class Port {
    readonly number = 80
  }
  const cycle: Record<string, unknown> = { spec: { list: [] } }
  cycle.spec = { list: [{ back: cycle.spec }, { again: cycle }] }
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })

  it.each([
    ['a function', { a: { b: [1, () => 1] } }, 'a.b[1] is a function'],
    ['a symbol', { a: Symbol('x') }, 'a is a symbol'],
    ['a bigint', { a: 1n }, 'a is a bigint'],
    ['NaN', { a: Number.NaN }, 'a is NaN'],
    ['infinity', [1, -Infinity], '[1] is -Infinity'],
    ['a date', { 'x y': new Date(0) }, '["x y"] is an instance of Date'],
    ['a map', { a: new Map() }, 'a is an instance of Map'],
    ['an instance of a class', { spec: { port: new Port() } }, 'spec.port is an instance of Port'],
    ['undefined in a list', { a: [1, undefined] }, 'a[1] is undefined'],
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    ['a hole in a list', { a: [1, , 2] }, 'a[1] is undefined'],
    ['undefined', undefined, '(root) is undefined'],
    ['half a character', { a: 'x\ud83d' }, 'a is a string with half a surrogate pair'],
    [
      'half a character among lines',
      { a: 'x\n\ude00' },
      'a is a string with half a surrogate pair',
    ],
    ['half a character in a name', { a: { '\ud83d': 1 } }, 'a["\\ud83d"] has a name with half'],
    ['a cycle', cycle, 'spec.list[1].again refers back to (root), which contains it'],
    ['a hundred levels', deep(100), 'is nested more than 99 levels deep'],
  ])('%s, with the path of the field', (_, value, message) => {
    const error = thrownBy(() => emitYaml(value))
    expect(error).toBeInstanceOf(UnwritableValueError)
    expect(error).toMatchObject({
      name: 'UnwritableValueError',
      code: 'UNWRITABLE_VALUE',
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(/^[A-Z]/),
    })
  })

  it('nothing that is 99 levels deep, and js-yaml reads that too', () => {
    expect(load(emitYaml(deep(99)))).toEqual(deep(99))
  })

  it('the same values wherever they are, and no others', () => {
    const bad = fc.constantFrom(() => 1, new Date(0), Number.NaN, 1n, Symbol('x'), '\ud800')
    fc.assert(
      fc.property(anyValue, bad, (value, unwritable) => {
        expect(emitYaml({ value })).toBeTypeOf('string')
        expect(() => emitYaml({ value, unwritable })).toThrow(UnwritableValueError)
        expect(() => emitYaml([[value], { list: [unwritable] }])).toThrow('[1].list[0]')
      }),
    )
  })

  it('values that a getter gives only once, without a cryptic error', () => {
    let reads = 0
    const fickle = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => (reads++ === 0 ? Number.NaN : 1),
    })
    expect(() => emitYaml(fickle)).toThrow('changes')
  })
})

/** The same value with the fields of every map set in another order. */
function shuffled(value: unknown, random: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => ({ order: random.next().value, name, member }))
      .sort((a, b) => a.order - b.order)
      .map(({ name, member }) => [name, shuffled(member, random)]),
  )
}

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
