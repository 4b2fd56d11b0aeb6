import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { bareRepository, GIT_ENV } from './git.ts'
import { commitFile, gitClient } from './git-client.ts'

/** As a tick does, more or less. */
async function look(client: GitRemote): Promise<unknown> {
  const commit = (await client.tip('deploy')) ?? ''
  const files = await client.files(commit, 'prod')
  const contents = await client.contents([...files.values()].map(({ id }) => id))
  const log = await client.log({ commit, path: 'prod', limit: 10 })
  return { contents: [...contents.values()], log: log.map(({ message }) => message) }
}

/** Commands that a client has run since it was last asked, without those that Git has run for them. */
function commandsSince(trace: string): readonly string[] {
  if (!existsSync(trace)) return []
  const events = readFileSync(trace, 'utf8').trimEnd().split('\n')
  rmSync(trace)
  return events
    .map((line) => JSON.parse(line) as { event: string; sid: string; argv: readonly string[] })
    .filter(({ event, sid }) => event === 'start' && !sid.includes('/'))
    .map(({ argv }) => argv[1] ?? '')
}

it('reads of a branch that has not moved nothing but its tip', async () => {
  const folder = temporaryFolder()
  const address = `file://${bareRepository(join(folder, 'deploy.git'))}`
  const trace = join(folder, 'trace')
  const other = await gitClient(address)
  await commitFile(other, 'deploy', 'prod/first.yaml')
  const client = await gitClient(address, { env: { ...GIT_ENV, GIT_TRACE2_EVENT: trace } })

  const first = await look(client)
  expect(commandsSince(trace)).toContain('cat-file')
  expect(await look(client)).toEqual(first)
  expect(commandsSince(trace)).toEqual(['rev-parse', 'fetch', 'rev-parse'])

  await commitFile(other, 'deploy', 'prod/second.yaml')
  expect(await look(client)).toEqual({
    contents: ['prod/first.yaml\n', 'prod/second.yaml\n'],
    log: ['prod/second.yaml', 'prod/first.yaml'],
  })
})
