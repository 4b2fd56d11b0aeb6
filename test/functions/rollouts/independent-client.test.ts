import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { separateTarget } from '../../../functions/rollouts/served-target.ts'
import { MemoryGitRemote } from '../../gitops/memory-git-remote.ts'
import { describeWithPython } from '../../judges/describe-with-judge.ts'
import { SCHEMATHESIS } from '../../judges/python-programs.ts'
import { ROOT } from '../../meta/repository.ts'
import { releaseOn } from '../../reconciler/release-fixture.ts'
import { rolloutsOf, targetProps } from './rollout-world.ts'

const SETTINGS = join(ROOT, 'test/judges/schemathesis/schemathesis.toml')
/** Hundreds of requests, by a program that takes seconds to start. */
const TIMEOUT_MS = 240_000

await describeWithPython(SCHEMATHESIS, (installation) => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-schemathesis-'))
  let server: ReturnType<typeof serve>
  let document: string
  beforeAll(async () => {
    const release = await releaseOn(new MemoryGitRemote())
    const { fetch } = rolloutsOf([separateTarget(targetProps(release))], {
      streams: { holdMs: 0 },
    })
    const { promise, resolve } = Promise.withResolvers<number>()
    const address = { port: 0, hostname: '127.0.0.1' }
    server = serve({ fetch, ...address }, ({ port }) => resolve(port))
    document = `http://127.0.0.1:${await promise}/openapi.json`
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })

  it(
    'finds no request about rollouts, right or wrong, whose answer breaks the document',
    async () => {
      const [program = '', ...args] = [
        ...installation.command,
        ...['--config-file', SETTINGS, 'run', document, '--no-color', '--seed', '1'],
        ...['--header', 'Authorization: Bearer token-of-alice', '--checks', 'all'],
        ...['--max-examples', '20', '--generation-database', ':memory:'],
      ]
      const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 }
      const output = await promisify(execFile)(program, args, options).then(
        ({ stdout }) => stdout,
        ({ stdout, stderr }) => {
          throw new Error(`${stdout}\n${stderr}`)
        },
      )
      const [, generated] = /(\d+) generated, \1 passed/.exec(output) ?? [output]
      expect(Number(generated)).toBeGreaterThan(200)
    },
    TIMEOUT_MS,
  )
})
