import { describe, expect, it } from 'vitest'
import { printable } from '../../cli/printable.ts'
import { TemporaryProject } from './temporary-project.ts'

describe('text for a terminal', () => {
  it('keeps lines, tabs, colours and all scripts', () => {
    const text = 'a\tb\r\n\u001b[1;31mred\u001b[0m é 日本 🚀\n'
    expect(printable(text)).toBe(text)
  })

  it.each([
    '\u001b]0;title\u0007',
    '\u001b[2J',
    '\u001b]52;c;eA==\u001b\\',
    '\u009b2J',
    '\b',
    '\0',
  ])('loses what would command the terminal: %j', (sequence) => {
    const text = printable(`a${sequence}b`)
    expect(text).toMatch(/^a\ufffd/)
    expect(text).not.toMatch(/\p{Cc}/u)
  })

  it('is all that a command prints, whatever names others have chosen', async () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "a\\e[2Jb", namespace: shop}\n'
    const project = new TemporaryProject({ 'theirs/a.yaml': manifest })
    const { code, stdout, stderr } = await project.lockstep('check', 'theirs')
    expect(code).toBe(1)
    expect(stdout).toContain('a\ufffd[2Jb')
    expect(stdout + stderr).not.toContain('\u001b')
  })
})
