import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { App, Environment, Namespace } from '../../constructs/index.ts'
import type { Synthesis } from '../../constructs/synthesis.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** What an app with one namespace reports when it is asked for this much. */
function reported(detail: string | undefined): Synthesis {
  const path = join(temporaryFolder(), 'report.jsonl')
  writeFileSync(path, '')
  vi.stubEnv('LOCKSTEP_REPORT', path)
  vi.stubEnv('LOCKSTEP_REPORT_DETAIL', detail)
  onTestFinished(() => void vi.unstubAllEnvs())
  const app = new App()
  new Namespace(new Environment(app, 'prod', { owner: 'platform-team', images: {} }), 'shop')
  app.synth()
  return JSON.parse(readFileSync(path, 'utf8')) as Synthesis
}

const fieldsOf = ({ renderings }: Synthesis): readonly string[] => [
  ...new Set(renderings.flatMap(({ files }) => files.flatMap((file) => Object.keys(file)))),
]

describe('A report', () => {
  it.each([
    ['files', ['path', 'text', 'app']],
    ['objects', ['path', 'text', 'app', 'object']],
    ['origins', ['path', 'text', 'app', 'object', 'origin']],
    ['a word of a later version', ['path', 'text', 'app', 'object', 'origin']],
    [undefined, ['path', 'text', 'app', 'object', 'origin']],
  ])('of detail %s has of each file %j', (detail, fields) => {
    expect(fieldsOf(reported(detail))).toEqual(fields)
  })

  it('has the same files whatever its detail is', () => {
    const textsOf = ({ renderings }: Synthesis) =>
      renderings.flatMap(({ files }) => files.map(({ path, text }) => [path, text]))
    const texts = textsOf(reported('origins'))
    expect(texts).not.toEqual([])
    expect(textsOf(reported('files'))).toEqual(texts)
    expect(textsOf(reported('objects'))).toEqual(texts)
  })
})
