import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../meta/repository.ts'
import { BundleProcess } from './bundle-process.ts'

const instructions = readFileSync(join(ROOT, 'Containerfile'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const all = (instruction: string): readonly string[] =>
  instructions
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1))

/** Steps of the Containerfile that no engine is needed for. `npm ci` is the fresh clone's test. */
const STEPS = ['npm ci', 'npm run bundles']

describe('The image', () => {
  let app: string
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-image-'))
    app = join(folder, 'app')
    const output = join(folder, 'dist/bundles')
    const step = new BundleProcess({
      program: process.execPath,
      args: ['scripts/write-bundles.ts', '--output', output],
      cwd: ROOT,
    })
    expect([await step.ended, step.output]).toEqual([0, expect.stringContaining('serve.mjs')])
    cpSync(output, app, { recursive: true })
  })
  afterAll(() => rmSync(join(app, '..'), { recursive: true, force: true }))

  const runs = (...args: readonly string[]) =>
    new BundleProcess({ program: process.execPath, args: [join(app, 'lockstep.mjs'), ...args] })

  it('is made by the steps that are tested, and no others', () => {
    expect(all('RUN')).toEqual(STEPS)
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(scripts.bundles).toBe('node scripts/write-bundles.ts')
    expect(all('COPY')).toEqual(['. .', '--from=build /src/dist/bundles /app'])
    expect(all('ENTRYPOINT')).toEqual(['["/nodejs/bin/node", "/app/lockstep.mjs"]'])
  })

  it('runs as nobody in particular', () => {
    expect(all('FROM').at(-1)).toMatch(/:nonroot$/)
  })

  it('runs the program that its first argument names, with what it brings', async () => {
    const server = runs('serve')
    expect(await server.ended).toBe(2)
    expect(server.output).toMatch(/^error: KUBERNETES_SERVICE_HOST is not set/)
  })

  it('gives a program the arguments that come after its name', async () => {
    const elector = runs('elect', '--work=requests')
    expect(await elector.ended).toBe(1)
    expect(elector.output).toContain('LEASE_NAME is not set')
    const wrong = runs('elect', '--work=nothing')
    expect(await wrong.ended).toBe(2)
    expect(wrong.output).toContain("argument 'nothing' is invalid")
  })

  it.each([[[]], [['lock']], [['../serve']]])('runs nothing for %j', async (args) => {
    const other = runs(...args)
    expect(await other.ended).toBe(2)
    expect(other.output).toContain('Run one of serve')
  })

  it('has the licences of all that is in it', () => {
    const licenses = readFileSync(join(app, 'LICENSES.txt'), 'utf8')
    for (const name of ['hono', 'zod', 'jose', 'js-yaml', 'prom-client', '@hono/node-server']) {
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'))
    }
  })
})
