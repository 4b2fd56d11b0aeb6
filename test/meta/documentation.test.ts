import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { markdownBlocks } from './markdown-blocks.ts'
import { run } from './packaging/run.ts'
import { ROOT } from './repository.ts'

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).sort()].map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { path, text, blocks: markdownBlocks(text) }
})

describe('the examples of the documentation', () => {
  // Inside the repository, so that they can import the package by its name.
  const folder = join(ROOT, '.cache', `examples-${process.pid}`)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('type-check', () => {
    mkdirSync(folder, { recursive: true })
    const examples = pages.flatMap(({ path, blocks }) =>
      blocks
        .filter(({ language }) => language === 'ts')
        .map(({ line, text }) => ({ file: `${path.replaceAll('/', '_')}_line-${line}.ts`, text })),
    )
    for (const { file, text } of examples) {
      // Without an import or export a file would share its names with all others.
      writeFileSync(join(folder, file), `${text}\nexport {}\n`)
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] }),
    )
    run(join(ROOT, 'node_modules/.bin/tsc'), ['--project', folder], { cwd: folder })
    expect(examples.length).toBeGreaterThan(5)
  }, 60_000)
})

describe('the commands of the documentation', () => {
  const mentions = pages.flatMap(({ path, text, blocks }) =>
    [...codeSpans(text), ...blocks.filter(({ language }) => language === 'sh').map((b) => b.text)]
      .flatMap((code) => code.split('\n'))
      .flatMap((line) => [...line.matchAll(/(?:^|[\s;&(])lockstep ([a-z][a-z-]*)\b([^#|;&]*)/g)])
      .map(([mention, command = '', rest = '']) => ({
        where: `${path}: ${mention.trim()}`,
        command,
        part: /^\s([a-z]+)\b/.exec(rest)?.[1],
        // What comes after `--` is a command of the user's.
        flags: [...rest.split(/\s--\s/, 1)[0]!.matchAll(/(?:^|\s)(--?[a-z][a-z-]*)/g)].map(
          ([, flag]) => flag as string,
        ),
      })),
  )
  const helps = new Map<string, string>()
  const helpOf = (...command: readonly string[]): string => {
    const key = command.join(' ')
    const known =
      helps.get(key) ?? run('node', ['cli/main.ts', ...command, '--help'], { cwd: ROOT })
    helps.set(key, known)
    return known
  }
  /** Of the part of a command that has parts. */
  const helpFor = (command: string, part: string | undefined): string => {
    const help = helpOf(command)
    const isPart = part !== undefined && help.split('Commands:\n')[1]?.includes(`  ${part} `)
    return isPart ? helpOf(command, part) : help
  }

  it('exist, with the options that are shown', () => {
    const wrong = mentions.flatMap(({ where, command, part, flags }) => {
      const help = helpFor(command, part)
      if (!help.includes(`Usage: lockstep ${command}`)) return [where]
      return flags.filter((flag) => !hasFlag(help, flag)).map((flag) => `${where} has no ${flag}`)
    })
    expect(wrong).toEqual([])
    expect(mentions.length).toBeGreaterThan(5)
  }, 240_000)

  it('are shown: none of the program is left out', () => {
    const program = run('node', ['cli/main.ts', '--help'], { cwd: ROOT })
    const [, list = ''] = program.split('Commands:\n')
    const commands = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name)
    const mentioned = mentions.map(({ command }) => command)
    expect(commands.filter((name) => name !== undefined && !mentioned.includes(name))).toEqual([])
    expect(commands).toContain('synth')
  })
})

const codeSpans = (text: string): string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, code]) =>
    (code ?? '').replaceAll('\n', ' '),
  )

const hasFlag = (help: string, flag: string): boolean =>
  new RegExp(`(?:^|[\\s,])${flag}(?=[\\s,=<[]|$)`, 'm').test(help)
