import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './packaging/run.ts'
import { ROOT } from './repository.ts'

/** Put together, since this file is searched as well. */
const FORBIDDEN = new RegExp(
  [
    // Unfinished work belongs into a commit that finishes it, not into a comment.
    ['\\bTO', 'DO\\b'],
    ['\\bFIX', 'ME\\b'],
    // Paths and hosts of one machine.
    ['/work', '/'],
    ['/root', '/'],
    ['/home', '/(?!nonroot)'],
    ['registry\\.npmjs', '\\.org'],
  ]
    .map((parts) => parts.join(''))
    .join('|'),
)

/** Copied from elsewhere, as they are there. */
const FOREIGN = [/^LICENSE$/, /^test\/control-plane\/gateway-api\//, /\/fixtures\/captured\//]

it('no file speaks of unfinished work or of one machine', () => {
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  })
    .split('\0')
    .filter((path) => path !== '' && !FOREIGN.some((pattern) => pattern.test(path)))
  const guilty = files.flatMap((path) => {
    const lines = readIfPresent(path).split('\n')
    return lines.flatMap((line, index) =>
      FORBIDDEN.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
    )
  })
  expect(guilty).toEqual([])
  expect(files.length).toBeGreaterThan(100)
})

/** A file can be deleted from the work tree and still be in the index. */
function readIfPresent(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
