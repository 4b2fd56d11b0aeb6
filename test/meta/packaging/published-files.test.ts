import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ROOT } from '../repository.ts'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-unpacked-'))
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name)
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe('what is published', () => {
  let files: string[]
  beforeAll(() => {
    files = run('tar', ['-xzvf', inject('tarball'), '-C', folder, '--strip-components=1'], {
      cwd: folder,
    })
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is compiled code with types, data, README and licence, and no sources', () => {
    const other = files.filter((path) => !/(\.js|\.d\.ts|\/schemas\/[\w.-]+\.json)$/.test(path))
    expect(other.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(files.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([])
  })

  it('exports under the same keys as this repository, and only files that are there', () => {
    const source = read(join(ROOT, 'package.json'))
    const published = read(join(folder, 'package.json'))
    expect(Object.keys(published.exports)).toEqual(Object.keys(source.exports))
    const targets = Object.values<string | Record<string, string>>(published.exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
      .concat(Object.values(published.bin))
    expect(targets.filter((target) => !files.includes(target.replace('./', '')))).toEqual([])
  })

  it('asks for peers and dependencies, and runs nothing on installation', () => {
    const source = read(join(ROOT, 'package.json'))
    const published = read(join(folder, 'package.json'))
    expect(published).toMatchObject({
      version: source.version,
      engines: source.engines,
      peerDependencies: source.peerDependencies,
      dependencies: source.dependencies,
    })
    expect(published).not.toHaveProperty('scripts')
    expect(published).not.toHaveProperty('devDependencies')
  })

  it('has no fault that publint knows of', () => {
    run(bin('publint'), ['run', inject('tarball'), '--strict'], { cwd: ROOT })
  })

  it('resolves to types and code that agree, as ES modules', () => {
    run(bin('attw'), [inject('tarball'), '--profile', 'esm-only'], { cwd: ROOT })
  })
})
