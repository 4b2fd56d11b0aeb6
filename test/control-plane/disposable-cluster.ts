import { ApiClient } from './api-client.ts'
import type { Connection } from './connection.ts'
import { readKubeconfig } from './kubeconfig.ts'

const MARKER = '/api/v1/namespaces/kube-system/configmaps/lockstep-disposable'

/** The cluster of LOCKSTEP_TEST_KUBECONFIG does not say that tests may do to it what they want. */
export class NotDisposableError extends Error {
  override readonly name = 'NotDisposableError'
  readonly code = 'NOT_DISPOSABLE'

  constructor(server: string, answer: number) {
    super(
      `The cluster ${server} does not call itself disposable (answer ${answer} for its ConfigMap ` +
        'kube-system/lockstep-disposable). If the tests may make and delete anything in it: ' +
        '`kubectl create configmap -n kube-system lockstep-disposable`',
    )
  }
}

/**
 * @throws {KubeconfigError}
 * @throws {NotDisposableError}
 */
export async function connectToDisposableCluster(kubeconfig: string): Promise<Connection> {
  const connection = await readKubeconfig(kubeconfig)
  const client = new ApiClient(connection)
  try {
    const { status } = await client.send({ path: MARKER })
    if (status !== 200) throw new NotDisposableError(connection.server, status)
    return connection
  } finally {
    client.close()
  }
}
