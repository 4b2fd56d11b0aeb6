import type { RolloutPlatform } from '../functions/configuration/rollout-targets.ts'
import type { ReadBeside } from '../functions/serving/beside-locks.ts'
import type { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import type { Terminal } from './terminal.ts'

/** Settings that are about rollouts: without any of them nothing of that is loaded. */
const SETTINGS = ['LOCKSTEP_ROLLOUTS', 'LOCKSTEP_WEBHOOKS', 'LOCKSTEP_NOTIFICATIONS']

/** What `lockstep serve` serves beside locks. */
export const serveBeside =
  (own: KubernetesClient | undefined, terminal: Pick<Terminal, 'cwd' | 'env'>): ReadBeside =>
  async (source) => {
    const isWanted = SETTINGS.some((name) => source.env[name] || source.env[`${name}_FILE`])
    if (!isWanted) return undefined
    const { rolloutServer } = await import('../functions/rollout-server.ts')
    return rolloutServer(await platformOf(own, terminal))(source)
  }

async function platformOf(
  own: KubernetesClient | undefined,
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
): Promise<RolloutPlatform> {
  const { connectByNode } = await import('../functions/connect-by-node.ts')
  return {
    own,
    connect: connectByNode,
    kubeconfig: async (props) => {
      const { KubernetesClient } = await import('../kubernetes/kubernetes-client.ts')
      const { fromKubeconfig } = await import('../kubernetes/kubeconfig.ts')
      return new KubernetesClient({ transport: await fromKubeconfig(props) })
    },
    git: async (address, signal) => {
      const { GitCommandRemote } = await import('../gitops/git-command-remote.ts')
      const given = signal === undefined ? {} : { signal }
      const remote = await GitCommandRemote.open({ remote: address, cwd, env, ...given })
      return { remote, close: () => remote.close() }
    },
  }
}
