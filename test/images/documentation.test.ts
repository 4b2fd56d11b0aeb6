import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROLLOUT_SETTINGS } from '../../functions/configuration/rollout-settings.ts'
import { imageAt } from '../../images/image-file.ts'
import { markdownBlocks } from '../meta/markdown-blocks.ts'
import { ROOT } from '../meta/repository.ts'

const blocks = markdownBlocks(readFileSync(join(ROOT, 'docs/images.md'), 'utf8'))
const textOf = (wanted: string) => blocks.find(({ language }) => language === wanted)?.text ?? ''

const TARGET = {
  environment: 'prod',
  branch: 'deploy',
  repository: { kind: 'git', remote: 'deploy.git' },
}

describe('docs/images.md', () => {
  it('has settings that can be read, of entries that its file has', () => {
    const { images } = ROLLOUT_SETTINGS.parse({ targets: [TARGET], ...parse(textOf('yaml')) })
    const file = { path: 'images.json', text: textOf('json') }
    for (const { at, image } of images.flatMap(({ follow }) => follow)) {
      expect(imageAt(file, at).repository).toBe(`${image.host}/${image.name}`)
    }
    expect(images.map(({ by }) => by)).toEqual(['commit', 'pull-request'])
  })
})
