import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import { bareRepository, GIT_ENV, git } from '../../test/gitops/git.ts'
import { restMany } from './many-releases.ts'

/** A bare repository that can be reached by HTTP too, with so many apps at rest. */
export async function makeRestRepository(folder: string, apps: number): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const repository = reachableRepository(join(folder, 'deploy.git'))
  const remote = await GitCommandRemote.open({ remote: repository, cwd: folder, env: GIT_ENV })
  await restMany(remote, apps).finally(() => remote.close())
  return repository
}

/** A bare repository that takes pushes by HTTP, and lets clients leave out files. */
export function reachableRepository(path: string): string {
  const repository = bareRepository(path)
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  git(repository, 'config', 'http.receivepack', 'true')
  return repository
}
