import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readProjectConfig } from '../../cli/project-config.ts'
import { ROOT } from '../meta/repository.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const declaration = readFileSync(join(ROOT, 'node_modules/cdk8s-cli/lib/config.d.ts'), 'utf8')
const [, config = ''] = declaration.split('export interface Config {')
const official = [...config.matchAll(/^ {4}readonly (\w+)\?:/gm)].map(([, key]) => key)

const configOf = (text: string) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'cdk8s.yaml'), text)
  return readProjectConfig(folder)
}

it('knows which settings the official CLI has', () => {
  expect(official).toEqual(expect.arrayContaining(['app', 'language', 'imports', 'validations']))
})

it.each(official.filter((key) => key !== 'app'))('leaves `%s` to the official CLI', (key) => {
  expect(configOf(`app: node app.ts\n${key}: text\n`).app).toBe('node app.ts')
})

it.each(['apps', 'outputs', 'team', 'x-owner'])('leaves `%s` to whoever reads it', (key) => {
  expect(configOf(`app: node app.ts\noutput: out\n${key}: []\n`).output).toBe('out')
})

it.each([
  ['apps', 'Write `app`'],
  ['lock-step', 'Write `lockstep`'],
  ['import', 'Write `imports`'],
  ['remote', 'Write `lockstep: { remote: … }`'],
  ['brnch', 'Write `lockstep: { branch: … }`'],
])('refuses `%s`, and says what to write instead', (key, remedy) => {
  const failure = expect.objectContaining({
    message: `cdk8s.yaml has \`${key}\`, which is no setting`,
    remedy,
  })
  expect(() => configOf(`${key}: text\n`)).toThrow(failure)
})
