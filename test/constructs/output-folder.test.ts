import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OutputFolderError, writeOutputFolder } from '../../constructs/output-folder.ts'
import type { Rendering } from '../../manifests/rendering.ts'
import { readTree, temporaryFolder } from '../temporary-folder.ts'

const rendering = (environment: string, files: Readonly<Record<string, string>>): Rendering => ({
  environment,
  files: Object.entries(files).map(([path, text]) => ({ path, text, app: 'shop/web' })),
})

const write = (root: string, ...renderings: Rendering[]) =>
  writeOutputFolder({ root, output: 'dist', renderings })

describe('the output folder', () => {
  it('holds a folder for each environment, and replaces it whole', () => {
    const root = temporaryFolder()
    write(root, rendering('prod', { 'workloads/a.yaml': '1\n', 'workloads/b.yaml': '2\n' }))
    write(root, rendering('prod', { 'workloads/b.yaml': '3\n' }))

    expect(readTree(join(root, 'dist', 'prod'))).toEqual({ 'workloads/b.yaml': '3\n' })
    expect(readdirSync(join(root, 'dist')).sort()).toEqual(['.lockstep.json', 'prod'])
  })

  it('loses an environment that is no longer synthesized, but not when only some were asked for', () => {
    const root = temporaryFolder()
    const staging = rendering('staging', { 'a.yaml': '1\n' })
    write(root, rendering('prod', { 'a.yaml': '1\n' }), staging)
    writeOutputFolder({ root, output: 'dist', renderings: [staging], partial: true })
    expect(existsSync(join(root, 'dist', 'prod'))).toBe(true)

    write(root, staging)
    expect(existsSync(join(root, 'dist', 'prod'))).toBe(false)
  })

  it('leaves files of others beside the environments alone', () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'dist', 'notes'), { recursive: true })
    writeFileSync(join(root, 'dist', 'README.md'), 'mine\n')
    writeFileSync(join(root, 'dist', 'notes', 'a.txt'), 'mine too\n')
    write(root, rendering('prod', { 'a.yaml': '1\n' }))

    expect(readTree(join(root, 'dist'))).toMatchObject({
      'README.md': 'mine\n',
      'notes/a.txt': 'mine too\n',
    })
  })

  it('refuses to replace a folder that synth did not write, and writes nothing', () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'dist', 'prod'), { recursive: true })
    writeFileSync(join(root, 'dist', 'prod', 'precious.yaml'), 'kept\n')

    expect(() =>
      write(root, rendering('dev', { 'a.yaml': '1\n' }), rendering('prod', { 'a.yaml': '1\n' })),
    ).toThrow(OutputFolderError)
    expect(readTree(join(root, 'dist'))).toEqual({ 'prod/precious.yaml': 'kept\n' })
  })

  it('does not touch files that are already right', () => {
    const root = temporaryFolder()
    const same = rendering('prod', { 'a.yaml': '1\n' })
    write(root, same)
    const before = statSync(join(root, 'dist', 'prod', 'a.yaml'))
    write(root, same)

    expect(statSync(join(root, 'dist', 'prod', 'a.yaml')).ino).toBe(before.ino)
  })

  it('puts back what a run that was killed in mid-swap had moved away', () => {
    const root = temporaryFolder()
    write(root, rendering('prod', { 'a.yaml': 'old\n' }), rendering('dev', { 'a.yaml': 'old\n' }))
    // As such a run leaves it: staged, the old folder moved away, the new one not yet in its place.
    const staging = join(root, 'dist', '.lockstep-staging-999999999')
    mkdirSync(join(staging, 'old'), { recursive: true })
    renameSync(join(root, 'dist', 'prod'), join(staging, 'old', 'prod'))
    writeOutputFolder({ root, output: 'dist', renderings: [], partial: true })

    expect(readTree(join(root, 'dist', 'prod'))).toEqual({ 'a.yaml': 'old\n' })
    expect(existsSync(staging)).toBe(false)
  })

  it('keeps the old output when the new one cannot be staged', () => {
    const root = temporaryFolder()
    write(root, rendering('prod', { 'a.yaml': 'old\n' }))
    // A path that is a file and a folder at once cannot be written, on any machine and as any user.
    const impossible = rendering('prod', { a: '1\n', 'a/b.yaml': '2\n' })

    expect(() => write(root, impossible)).toThrow(/Cannot write into .*dist/)
    expect(readTree(join(root, 'dist'))).toEqual({
      '.lockstep.json': expect.any(String),
      'prod/a.yaml': 'old\n',
    })
  })

  it('says what to do when its marker is not what it wrote', () => {
    const root = temporaryFolder()
    write(root, rendering('prod', { 'a.yaml': '1\n' }))
    writeFileSync(join(root, 'dist', '.lockstep.json'), '{"environments": 1}')

    expect(() => write(root, rendering('prod', { 'a.yaml': '2\n' }))).toThrow(
      /\.lockstep\.json is not what synth writes/,
    )
    expect(readTree(join(root, 'dist', 'prod'))).toEqual({ 'a.yaml': '1\n' })
  })

  it.each(['../precious', '/tmp', '..', '.git', ''])(
    'deletes nothing for a marker that lists %j',
    (listed) => {
      const root = temporaryFolder()
      write(root, rendering('prod', { 'a.yaml': '1\n' }))
      mkdirSync(join(root, 'precious'))
      writeFileSync(join(root, 'precious', 'a.txt'), 'kept\n')
      const marker = JSON.stringify({ environments: ['prod', listed] })
      writeFileSync(join(root, 'dist', '.lockstep.json'), marker)

      expect(() => write(root, rendering('dev', { 'a.yaml': '2\n' }))).toThrow(
        /\.lockstep\.json is not what synth writes/,
      )
      expect(readTree(root)).toEqual({
        'precious/a.txt': 'kept\n',
        'dist/.lockstep.json': marker,
        'dist/prod/a.yaml': '1\n',
      })
    },
  )

  it('does not write through a marker that is a link', () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'dist'))
    writeFileSync(join(root, 'theirs.json'), '{"environments":[]}')
    symlinkSync(join(root, 'theirs.json'), join(root, 'dist', '.lockstep.json'))
    write(root, rendering('prod', { 'a.yaml': '1\n' }))

    expect(readTree(root)).toMatchObject({ 'theirs.json': '{"environments":[]}' })
  })
})
