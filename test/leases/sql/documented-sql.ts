import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownBlocks } from '../../meta/markdown-blocks.ts'
import { ROOT } from '../../meta/repository.ts'

const page = readFileSync(join(ROOT, 'docs/locks.md'), 'utf8')
const [columns = '', epoch = '', write = ''] = markdownBlocks(page)
  .filter(({ language }) => language === 'sql')
  .map(({ text }) => text.trim())

/** The statements of docs/locks.md, as they are there: of all databases the same. */
export const DOCUMENTED = { columns, epoch, write } as const
