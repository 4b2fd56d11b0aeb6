import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readProjectConfig } from '../../cli/project-config.ts'
import { run } from './packaging/run.ts'
import { ROOT } from './repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-three-ways-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** All files of the shop as one way of synthesizing wrote them. */
function filesBy(program: string, args: readonly string[], output: string): Map<string, string> {
  run(program, args, { cwd: ROOT, env: { CDK8S_OUTDIR: output } })
  const entries = readdirSync(output, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(output.length), readFileSync(path, 'utf8')]),
  )
}

let expected: Map<string, string>
beforeAll(() => {
  expected = filesBy('node', ['apps/main.ts'], join(folder, 'node'))
  expect(expected.size).toBeGreaterThan(50)
})

it.each([
  ['lockstep synth', ['node', 'cli/main.ts', 'synth', '--output']],
  ['cdk8s synth of the official CLI', ['npx', 'cdk8s', 'synth', '--output']],
])('%s writes the files that the app itself writes, byte for byte', (name, [program, ...args]) => {
  const output = join(folder, name.replaceAll(' ', '-'))
  expect(filesBy(program as string, [...args, output], output)).toEqual(expected)
})

it('what this repository synthesizes and what it builds are in folders of their own', () => {
  const { output } = readProjectConfig(ROOT)
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8'))
  expect(output).not.toBe(compilerOptions.outDir)
  // Neither is committed.
  expect(run('git', ['check-ignore', `${output}/x`], { cwd: ROOT })).toBe(`${output}/x\n`)
})
