import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../manifests/canonical-json.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { readManifests } from '../../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../../manifests/unreadable-manifest-error.ts'
import { nastyStrings } from './nasty-strings.ts'
import { kubectl, missingKubectl } from './processes.ts'

const values = (text: string): readonly unknown[] =>
  readManifests(text, 'web.yaml').map(({ value }) => value)

const lines = (text: string): readonly number[] =>
  readManifests(text, 'web.yaml').map(({ line }) => line)

function failure(text: string): UnreadableManifestError {
  try {
    readManifests(text, 'web.yaml')
  } catch (error) {
    if (error instanceof UnreadableManifestError) return error
    throw error
  }
  throw new Error('It was readable')
}

const web = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } }

describe('readManifests', () => {
  it('reads many documents, each with the line where it starts', () => {
    const text = `# of the team
---
# Source: web.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
---
---
# nothing here
--- # a comment may stand here
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
...
---
just: a map
`
    expect(readManifests(text, 'web.yaml')).toEqual([
      { value: web, line: 4, object: web },
      { value: web, line: 12, object: web },
      { value: { just: 'a map' }, line: 15 },
    ])
  })

  it.each(['', '\n', '---\n', '# only a comment', '---\n---\n...\n', '\ufeff', 'null', '~'])(
    'finds nothing in %j',
    (text) => {
      expect(values(text)).toEqual([])
    },
  )

  it('reads files of Windows, with a byte order mark and its line ends', () => {
    expect(
      readManifests('\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n', 'web.yaml'),
    ).toEqual([
      { value: { a: 1, b: 'x\ny\n' }, line: 1 },
      { value: { c: 2 }, line: 6 },
    ])
  })

  it('reads JSON, indented with tabs too', () => {
    expect(values('{\n\t"a": ["\\/", "\\ud83d\\ude00", 1e3, null],\n\t"b": {}\n}')).toEqual([
      { a: ['/', '😀', 1000, null], b: {} },
    ])
  })

  it('reads back what emitYaml writes, and the same from JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (maps) => {
        const expected = maps.map(canonicalJson)
        const yaml = maps.map((map) => `---\n${emitYaml(map)}`).join('')
        const json = maps.map((map) => `---\n${JSON.stringify(map)}\n`).join('')
        expect(values(yaml).map(canonicalJson)).toEqual(expected)
        expect(values(json).map(canonicalJson)).toEqual(expected)
      }),
    )
  })

  it('keeps names that JavaScript objects inherit apart from fields', () => {
    const [value] = values('__proto__: {a: 1}\nconstructor: 2')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})

describe('lists', () => {
  it('come as their items, each with its own line', () => {
    const text = `apiVersion: v1
kind: List
note: items
metadata: {items: [not, these]}
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
  -
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
---
a: 1
`
    expect(readManifests(text, 'web.yaml')).toEqual([
      { value: web, line: 6, object: web },
      { value: web, line: 10, object: web },
      { value: { a: 1 }, line: 14 },
    ])
  })

  it('say for their items what those are, if they are of one kind', () => {
    expect(values('apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: web}}]')).toEqual(
      [web],
    )
    expect(values('apiVersion: v1\nkind: List\nitems: [{metadata: {name: web}}]')).toEqual([
      { metadata: { name: 'web' } },
    ])
  })

  it('may lie in lists, and may be empty', () => {
    const inner = { apiVersion: 'v1', kind: 'List', items: [web, web] }
    expect(values(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [inner, web] }))).toEqual(
      [web, web, web],
    )
    expect(values('apiVersion: v1\nkind: List\nitems: []')).toEqual([])
  })

  it('are only what has items: a kind may end so by chance', () => {
    const allowList = { apiVersion: 'example.com/v1', kind: 'AllowList', spec: { items: [1] } }
    expect(values(JSON.stringify(allowList))).toEqual([allowList])
  })

  it('have lines when they are written in one', () => {
    expect(lines('{"apiVersion":"v1","kind":"List","items":[{"a":1},\n{"a":2}]}')).toEqual([1, 2])
  })
})

describe('scalars without quotes', () => {
  it.each([
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['yEs', 'yEs'],
    ['~', null],
    ['', null],
    ['Null', null],
    ['nUll', 'nUll'],
    ['017', 15],
    ['0o17', 15],
    ['08', 8],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['+7', 7],
    ['.5', 0.5],
    ['1e3', 1000],
    ['1e400', '1e400'],
    ['1:30', '1:30'],
    ['2026-11-21', '2026-11-21'],
    ['2026-11-21T03:00:00Z', '2026-11-21T03:00:00Z'],
    ['=', '='],
    ['1.2.3', '1.2.3'],
    ['100m', '100m'],
    ['!!str 1', '1'],
    ['!!int "0x10"', 16],
    ['!!float 1', 1],
  ])('%s is %j', (text, value) => {
    expect(values(`a: ${text}`)).toEqual([{ a: value }])
  })

  it.skipIf(missingKubectl !== undefined)('are read as kubectl reads them', () => {
    const scalars = [
      ...(nastyStrings.booleans ?? []),
      ...(nastyStrings.nulls ?? []),
      ...(nastyStrings.integers ?? []),
      ...(nastyStrings.floats ?? []),
      ...(nastyStrings.sexagesimals ?? []).filter((text) => !text.endsWith(':')),
      ...(nastyStrings.timestamps ?? []),
      ...(nastyStrings['digits first'] ?? []),
      ...(nastyStrings.hashes ?? []),
      // kubectl refuses infinity, since JSON has none.
    ].filter((text) => !/^[-+]?\.(?:inf|nan)$/i.test(text))
    const text = `apiVersion: example.com/v1\nkind: A\nspec:\n${scalars.map((scalar) => `  - ${scalar}\n`).join('')}`
    const [read] = kubectl(['annotate', 'read='], [text])
    const [{ spec }] = values(text) as [{ spec: readonly unknown[] }]
    const ours = spec.map((value, index) => [scalars[index], value])
    expect(ours).toEqual(
      (read as { spec: unknown[] }).spec.map((value, index) => [scalars[index], value]),
    )
  })

  it('are strings in names of fields, as JSON has no others', () => {
    expect(values('1: a\nyes: b\n1.5: c')).toEqual([{ 1: 'a', true: 'b', 1.5: 'c' }])
  })
})

describe('aliases', () => {
  it('stand for what they name, merged too', () => {
    expect(values('a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}')).toEqual([
      { a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } },
    ])
  })

  it('may stand beside a long list', () => {
    const [value] = values(`a: &a 1\nb: *a\nc:\n${'- 1\n'.repeat(300_000)}`)
    expect(value).toMatchObject({ b: 1, c: { length: 300_000 } })
  })

  it.each([
    ['contain themselves', 'a: 1\nb: &b\n  c: *b\n', 3, 6],
    [
      'grow without end',
      Array.from({ length: 10 }, (_, level) =>
        level === 0
          ? 'l0: &l0 [1, 1]'
          : `l${level}: &l${level} [${Array(9).fill(`*l${level - 1}`)}]`,
      ).join('\n'),
      2,
      10,
    ],
  ])('are refused when they %s', (_, text, line, column) => {
    const error = failure(text)
    expect(error.reason).toContain('aliases')
    expect(error).toMatchObject({ line, column })
  })
})

describe('UnreadableManifestError', () => {
  it.each([
    ['a name written twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', 4, 3, 'duplicated mapping key'],
    ['a name written twice in JSON', '{"a": 1,\n "a": 2}', 2, 3, 'duplicated mapping key'],
    ['one name as number and string', '1: a\n"1": b', 2, 2, 'duplicated mapping key'],
    [
      'an open bracket',
      'a: [1, 2',
      1,
      undefined,
      'unexpected end of the stream within a flow collection',
    ],
    ['a colon too many', 'a: b: c', 1, 5, 'bad indentation of a mapping entry'],
    ['a tab for indentation', 'a:\n\tb: 1', 2, 1, undefined],
    ['a template that was not rendered', 'a: {{ .Values.a }}', 1, undefined, undefined],
    ['a tag of another tool', 'a: !Ref b', 1, undefined, 'unknown scalar tag !<!Ref>'],
    ['an alias of nothing', 'a: *b', 1, 5, 'unidentified alias "b"'],
    ['a map as a name', '? {a: 1}\n: b', 1, 1, 'object-based map does not support complex keys'],
    ['a control character', 'a: "\x01"', 1, 5, undefined],
    [
      'nesting without end',
      `a: ${'['.repeat(500)}`,
      1,
      undefined,
      'nesting exceeded maxDepth (100)',
    ],
    ['an error in a later document', 'a: 1\n---\nb: "\n', 4, undefined, undefined],
  ])('says where %s is', (_, text, line, column, reason) => {
    const error = failure(text)
    expect(error.line).toBe(line)
    if (column !== undefined) expect(error.column).toBe(column)
    if (reason !== undefined) expect(error.reason).toBe(reason)
    expect(error.message).toBe(`web.yaml:${error.line}:${error.column}: ${error.reason}`)
    expect(error).toMatchObject({ code: 'UNREADABLE_MANIFEST', file: 'web.yaml' })
  })

  it('keeps what the parser said as its cause', () => {
    expect(failure('a: *b').cause).toBeInstanceOf(Error)
  })

  it('is the only error, whatever is read', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ': ',
        '- ',
        '\n',
        '  ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '!',
        '|',
        '>',
        '#',
      ],
      ...[
        '---\n',
        '...\n',
        '? ',
        '<<: ',
        '%YAML 1.2\n',
        '\t',
        '1',
        '~',
        ',',
        '\\',
        '\ufeff',
        '\0',
        'é',
      ],
      ...['apiVersion: v1\n', 'kind: List\n', 'items: '],
    )
    const noise = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(noise, (text) => {
        try {
          const lineCount = text.split('\n').length
          for (const { line } of readManifests(text, 'web.yaml')) {
            expect(line >= 1 && line <= lineCount).toBe(true)
          }
        } catch (error) {
          if (!(error instanceof UnreadableManifestError)) throw error
        }
      }),
      { numRuns: 3000 },
    )
  })
})
