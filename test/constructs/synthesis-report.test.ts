import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { App, Environment, Namespace } from '../../constructs/index.ts'
import { ReportVersionError, readReports } from '../../constructs/read-synthesis-report.ts'
import type { Synthesis } from '../../constructs/synthesis.ts'
import { reportOf } from '../../constructs/synthesis-report.ts'
import type { RenderedFile } from '../../manifests/rendering.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** What apps, each with one namespace in one environment, report when they are asked for this much. */
function reported(detail: string | undefined, environments: readonly string[] = ['prod']): Buffer {
  const path = join(temporaryFolder(), 'report')
  writeFileSync(path, '')
  vi.stubEnv('LOCKSTEP_REPORT', path)
  vi.stubEnv('LOCKSTEP_REPORT_DETAIL', detail)
  onTestFinished(() => void vi.unstubAllEnvs())
  for (const name of environments) {
    const app = new App()
    new Namespace(new Environment(app, name, { owner: 'platform-team', images: {} }), 'shop')
    app.synth()
  }
  return readFileSync(path)
}

const filesOf = (synthesis: Synthesis | undefined): readonly RenderedFile[] =>
  synthesis?.renderings.flatMap(({ files }) => files) ?? []

const synthesisOf = (...files: readonly RenderedFile[]): Synthesis => ({
  renderings: [{ environment: 'prod', files }],
  findings: [],
})

const file = (name: string, text: string): RenderedFile => ({
  path: `workloads/shop/${name}/configmap-${name}.yaml`,
  text,
  app: `shop/${name}`,
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } },
})

describe('A report', () => {
  it.each([
    ['files', ['path', 'text', 'app']],
    ['objects', ['path', 'text', 'app', 'object']],
    ['origins', ['path', 'text', 'app', 'object', 'origin']],
    ['a word of a later version', ['path', 'text', 'app', 'object', 'origin']],
    [undefined, ['path', 'text', 'app', 'object', 'origin']],
  ])('of detail %s has of each file %j', (detail, fields) => {
    const files = filesOf(readReports(reported(detail)))
    expect([...new Set(files.flatMap(Object.keys))]).toEqual(fields)
  })

  it('has the same files whatever its detail is', () => {
    const textsIn = (detail: string) =>
      filesOf(readReports(reported(detail))).map(({ path, text }) => [path, text])
    const texts = textsIn('origins')
    expect(texts).not.toEqual([])
    expect(textsIn('files')).toEqual(texts)
    expect(textsIn('objects')).toEqual(texts)
  })

  it('of several apps in one process has all of them', () => {
    const synthesis = readReports(reported('objects', ['prod', 'staging', 'dev']))
    expect(synthesis?.renderings.map(({ environment }) => environment)).toEqual([
      'prod',
      'staging',
      'dev',
    ])
    const names = filesOf(synthesis).map(({ object }) => object?.metadata.name)
    expect(Map.groupBy(names, (name) => name).get('shop')).toHaveLength(3)
  })

  it('brings everything back as it was, on a disk too', () => {
    const nasty = [
      'ünïcode: 名前 🎉\n',
      '\uFEFFmark\r\n',
      '',
      '\u0000\n\n{"text":"\\n"}\n',
      'a: 1\n',
    ]
    const { path, text, app } = file('plan', 'no object\n')
    const files = [
      ...nasty.map((content, index) => file(`app-${index}`, content)),
      { path, text, app },
    ]
    const synthesis: Synthesis = {
      renderings: [
        {
          environment: 'prod',
          targetVersion: '1.34',
          external: ['Secret shop/a'],
          zones: 3,
          files,
        },
        { environment: 'empty', files: [] },
      ],
      findings: [
        { rule: 'a/b', severity: 'advice', object: 'x', message: 'line\nbreak', remedy: 'none' },
      ],
    }
    const onDisk = join(temporaryFolder(), 'report')
    appendFileSync(onDisk, reportOf(synthesis, 'objects'))
    expect(readReports(readFileSync(onDisk))).toEqual(synthesis)
  })

  it('is no report unless it is whole', () => {
    const whole = Buffer.from(reportOf(synthesisOf(file('web', 'ü: 🎉\n')), 'objects'))
    const lengths = Array.from(whole, (_, length) => length)
    expect(lengths.filter((length) => readReports(whole.subarray(0, length)))).toEqual([])
    expect(readReports(whole)).toBeDefined()
    expect(readReports(Buffer.concat([whole, whole.subarray(0, -1)]))).toBeUndefined()
  })

  it('of another version is told from one that is cut off', () => {
    const before = `${JSON.stringify({ renderings: [], findings: [] })}\n`
    expect(() => readReports(Buffer.from(before))).toThrow(ReportVersionError)
    const after = `${JSON.stringify({ version: 99, files: 'elsewhere' })}\n`
    expect(() => readReports(Buffer.from(after))).toThrow(ReportVersionError)
  })
})

const readBack = (text: string) => filesOf(readReports(Buffer.from(text)))

describe('A blob id in a report', () => {
  it('is the one of Git, and of that very text', () => {
    const [web] = readBack(reportOf(synthesisOf(file('web', 'a\n')), 'objects'))
    // As `git hash-object` has it.
    expect(web?.sha1BlobId).toBe('78981922613b2afb6025042ff6bd878ac1994e85')
    expect({ ...web, text: 'b\n' }).not.toHaveProperty('sha1BlobId')
  })
})

describe('An object in a report', () => {
  const JSON_OF_WEB = /\{"apiVersion":"v1","kind":"ConfigMap","metadata":\{"name":"web"\}.*?\}\}/

  it('is not read before somebody asks for it, and then once', () => {
    const whole = reportOf(synthesisOf(file('web', 'a\n'), file('other', 'b\n')), 'objects')
    const spoilt = whole.replace(JSON_OF_WEB, (json) => '!'.repeat(json.length))
    expect(spoilt).not.toBe(whole)
    const [web, other] = readBack(spoilt)
    expect(web?.text).toBe('a\n')
    expect(other?.object).toBe(other?.object)
    expect(() => web?.object).toThrow(SyntaxError)
  })

  it('is in every copy of its file', () => {
    const [web] = readBack(reportOf(synthesisOf(file('web', 'a\n')), 'objects'))
    expect({ ...web, path: 'elsewhere' }).toMatchObject({ object: { metadata: { name: 'web' } } })
  })
})
