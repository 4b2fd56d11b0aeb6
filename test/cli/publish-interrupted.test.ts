import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bareRepository, git } from '../gitops/git.ts'
import { gitHttpServer } from '../gitops/git-http-server.ts'
import { oneService, TemporaryProject } from './temporary-project.ts'

/** A project that publishes to a server which stops answering at one of the requests of a publish. */
async function setUp(silentAt: string) {
  const project = new TemporaryProject({ 'apps/main.ts': oneService() })
  const root = join(project.folder, 'node_modules', '.deploy')
  const repository = bareRepository(join(root, 'deploy.git'))
  git(repository, 'config', 'http.receivepack', 'true')
  const server = await gitHttpServer({
    root,
    intercept: (request) => `${request.method} ${request.url}`.includes(silentAt),
  })
  onTestFinished(() => server.close())
  return { project, repository, server, address: `${server.url}/deploy.git` }
}

const gitProcesses = (address: string): readonly string[] =>
  execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^\S+\s+\S*git/.test(line) && line.includes(address) && !line.startsWith('Z'))

describe('lockstep publish, interrupted by Ctrl-C', () => {
  it.each([
    ['while it reads', 'service=git-upload-pack'],
    ['when it is about to write', 'service=git-receive-pack'],
    ['while it writes', 'POST /deploy.git/git-receive-pack'],
  ])(
    '%s ends at once with 130, and leaves nothing behind',
    async (_when, silentAt) => {
      const { project, repository, server, address } = await setUp(silentAt)
      const { ended, interrupt } = project.start('publish', '--remote', address)
      await expect
        .poll(() => server.requests.length > 0 && gitProcesses(address).length > 0, {
          timeout: 20_000,
        })
        .toBe(true)
      interrupt()
      const { code, stderr } = await ended
      expect([code, stderr]).toEqual([130, expect.stringMatching(/Interrupted by SIGINT/)])
      expect(gitProcesses(address)).toEqual([])
      expect(git(repository, 'for-each-ref')).toBe('')
    },
    60_000,
  )

  it('gives up by itself when the server is silent for too long', async () => {
    const { project, address } = await setUp('service=git-upload-pack')
    const { code, stderr } = await project.lockstep(
      'publish',
      '--remote',
      address,
      '--timeout',
      '1',
    )
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('no sign of life from `git fetch` for 1 s'),
    ])
    expect(gitProcesses(address)).toEqual([])
  }, 60_000)
})
