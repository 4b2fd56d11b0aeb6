import { describe, expect, it } from 'vitest'
import { type SettingSource, settingText } from '../../../functions/configuration/setting-source.ts'

const FILES: Readonly<Record<string, string>> = { '/etc/policy': 'of a file' }

async function readFile(path: string): Promise<string> {
  const text = FILES[path]
  if (text === undefined) throw new Error(`no such file: ${path}`)
  return text
}

const read = (env: SettingSource['env'], files = true) =>
  settingText({ env, ...(files && { readFile }) }, 'POLICY')

describe('settingText', () => {
  it.each([
    ['a variable', { POLICY: 'of a variable' }, { text: 'of a variable', where: 'POLICY' }],
    ['a file', { POLICY_FILE: '/etc/policy' }, { text: 'of a file', where: '/etc/policy' }],
    ['nothing', {}, undefined],
    ['an empty variable', { POLICY: '', POLICY_FILE: '' }, undefined],
  ])('reads %s', async (_, env, expected) => {
    expect(await read(env)).toEqual(expected)
  })

  it.each([
    ['both', { POLICY: 'a', POLICY_FILE: '/etc/policy' }, true, 'are both set. Leave one out'],
    [
      'a file that is not there',
      { POLICY_FILE: '/x' },
      true,
      'POLICY_FILE: no such file: /x. Name',
    ],
    ['a file where there are none', { POLICY_FILE: '/x' }, false, 'Put the text into POLICY'],
  ])('refuses %s', async (_, env, files, words) => {
    const reading = read(env, files)
    await expect(reading).rejects.toMatchObject({ code: 'CONFIGURATION' })
    await expect(reading).rejects.toThrow(words)
  })
})
