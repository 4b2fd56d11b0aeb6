import { serveBeside } from '../cli/serve-beside.ts'
import { type LockServer, serveLocks } from '../functions/node.ts'
import { KubernetesClient } from '../kubernetes/kubernetes-client.ts'
import { SqliteLeaseStore } from '../leases/sqlite-lease-store.ts'
import { LocalApi } from './local-api.ts'
import type { LocalCluster } from './local-cluster.ts'
import type { MetricStore } from './metric-store.ts'
import { RELEASED } from './released.ts'
import type { Workspace } from './workspace.ts'

export interface ServeFunctionsProps {
  readonly workspace: Workspace
  readonly cluster: LocalCluster
  readonly store: MetricStore
}

/** As `lockstep serve --store locks.db --rollouts FILE` does: for this machine alone, on a free port. */
export async function serveFunctions({
  workspace,
  cluster,
  store,
}: ServeFunctionsProps): Promise<LockServer> {
  const { environment, branch } = RELEASED
  const target = {
    environment,
    branch,
    repository: { kind: 'git', remote: workspace.deploy },
    cluster: { kind: 'own' },
    metrics: { type: 'json', failures: store.failures },
    // Nobody tells it of a publish here, so it looks by itself.
    pace: { leastSeconds: 1, idleSeconds: 1 },
  }
  const env = {
    ...workspace.env,
    LOCKSTEP_LISTEN: '127.0.0.1:0',
    LOCKSTEP_ROLLOUTS: JSON.stringify({ targets: [target] }),
    GIT_AUTHOR_NAME: 'lockstep',
    GIT_AUTHOR_EMAIL: 'lockstep@example.com',
    GIT_COMMITTER_NAME: 'lockstep',
    GIT_COMMITTER_EMAIL: 'lockstep@example.com',
  }
  const client = new KubernetesClient({ transport: new LocalApi(cluster) })
  return serveLocks({
    store: await SqliteLeaseStore.open({ file: workspace.locks }),
    env,
    beside: serveBeside(client, { cwd: workspace.source, env }),
    write: () => {},
  })
}
