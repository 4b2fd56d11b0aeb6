import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from '../repository.ts'
import { ProjectFolder } from './project-folder.ts'

/** What a person has who clones this repository and types the first command of the README. */
describe.each(['10', '11', '12'])('a fresh clone under npm %s', (major) => {
  const clone = new ProjectFolder()
  const npm = (...args: readonly string[]) =>
    clone.run('npx', '--yes', `npm@${major}`, ...args).trim()
  afterAll(() => clone.remove())

  it('is installed by npm ci, and its scripts run in the Node of the project', () => {
    clone.run('git', 'clone', '--quiet', '--depth=1', `file://${ROOT}`, '.')
    expect(npm('--version')).toMatch(new RegExp(`^${major}\\.`))
    npm('ci')
    npm('pkg', 'set', 'scripts.node-version=node --print process.version')
    expect(npm('run', '--silent', 'node-version')).toMatch(/^v24\./)
  }, 240_000)

  it('builds what the image has in it', () => {
    npm('run', 'bundles')
    expect(Object.keys(clone.readAll('dist/bundles'))).toEqual(
      expect.arrayContaining(
        ['LICENSES.txt', 'elect.mjs', 'lockstep.mjs', 'serve.mjs'].map(inBundles),
      ),
    )
  })
})

const inBundles = (name: string): string => `dist/bundles/${name}`
