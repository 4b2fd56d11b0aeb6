import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, type WrittenBundle, writeBundle } from '../../scripts/bundles.ts'
import type { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { startWorkerd } from '../functions/bundles/workerd.ts'
import { bareRepository, filesOf, git } from './git.ts'
import { type GitHttpServer, gitHttpServer } from './git-http-server.ts'
import { plumbBranch, plumbCommit, plumbTree } from './git-plumbing.ts'
import { GITHUB_NAME, type GitHubServer, githubServer } from './github-server.ts'
import { sharedFolder } from './shared-folder.ts'

const folder = sharedFolder()
const entry = 'test/gitops/git-worker.ts'

describe.each<Bundle>([
  { name: 'of-workers', entry, platform: 'browser' },
  { name: 'of-lambda', entry, platform: 'node' },
])('a bundle $name with all adapters that work without Node', (bundle) => {
  let written: WrittenBundle
  beforeAll(async () => {
    written = await writeBundle(bundle, folder)
  })

  it('has nothing of the `git` command, of stores and of constructs', () => {
    const wrong = written.modules.filter((module) =>
      /^(gitops\/git-(command|process|scratch|source|address)|leases|constructs|checks|node_modules\/(cdk8s|constructs|commander|@kubernetes)\/)/.test(
        module,
      ),
    )
    expect(wrong).toEqual([])
    expect(written.modules).toContain('gitops/smart-http-remote.ts')
    const text = readFileSync(written.file, 'utf8')
    for (const word of ['child_process', 'node:sqlite', 'node:fs']) expect(text).not.toContain(word)
  })

  it('imports nothing, but what Node has where Node is', () => {
    const given = bundle.platform === 'node' ? /^node:/ : /^$/
    expect(written.imports.filter((specifier) => !given.test(specifier))).toEqual([])
  })
})

describe('The adapters in workerd', () => {
  const repository = bareRepository(join(folder, 'served', `${GITHUB_NAME}.git`))
  let gitServer: GitHttpServer
  let github: GitHubServer
  let worker: BundleProcess
  let address: string

  beforeAll(async () => {
    const first = plumbCommit(repository, plumbTree(repository, undefined, []), [], 'first')
    plumbBranch(repository, 'main', first, undefined)
    git(repository, 'config', 'http.receivepack', 'true')
    gitServer = await gitHttpServer({ root: join(folder, 'served') })
    github = await githubServer({ repository, name: GITHUB_NAME, isToken: () => true })
    const { file } = await writeBundle({ name: 'worker', entry, platform: 'browser' }, folder)
    const variables = { GIT_URL: gitServer.url, GITHUB_API: github.apiUrl }
    worker = startWorkerd({ file, variables })
    address = `http://127.0.0.1:${await worker.untilSaid(/"event":"listen".*"port":(\d+)/)}`
  })
  afterAll(async () => {
    await worker.kill()
    await gitServer.close()
    await github.close()
  })

  it.each(['smart-http', 'gitlab', 'github'])('read and write a branch: %s', async (name) => {
    const write = async () => {
      const answer = await fetch(`${address}/${name}`)
      expect(answer.status, worker.output).toBe(200)
      return answer.json()
    }
    const first = await write()
    expect(first).toEqual({
      commit: git(repository, 'rev-parse', `by-${name}`).trim(),
      contents: [`by: ${name}\n`],
    })
    const second = await write()
    expect(git(repository, 'rev-parse', `by-${name}^`).trim()).toBe(
      (first as { commit: string }).commit,
    )
    expect(filesOf(repository, `by-${name}`)).toEqual({ 'prod/file.yaml': `by: ${name}\n` })
    expect(second).toMatchObject({ contents: [`by: ${name}\n`] })
  })
})
