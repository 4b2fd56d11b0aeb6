import { onTestFinished } from 'vitest'
import { SmartHttpRemote, type SmartHttpRemoteProps } from '../../gitops/smart-http-remote.ts'
import { git } from './git.ts'
import { type GitHttpServer, type GitHttpServerProps, gitHttpServer } from './git-http-server.ts'

export const AUTHOR = { name: 'Platform Team', email: 'platform-team@example.com' }

export interface ServedRepository {
  readonly client: SmartHttpRemote
  readonly server: GitHttpServer
}

/** Serves the bare repository `<root>/deploy.git`, to which anybody may push, until the test is over. */
export async function serveRepository(
  props: GitHttpServerProps,
  more: Partial<SmartHttpRemoteProps> = {},
): Promise<ServedRepository> {
  git(`${props.root}/deploy.git`, 'config', 'http.receivepack', 'true')
  const server = await gitHttpServer(props)
  onTestFinished(() => server.close())
  const client = new SmartHttpRemote({ url: `${server.url}/deploy.git`, author: AUTHOR, ...more })
  return { client, server }
}
