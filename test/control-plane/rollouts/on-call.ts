import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import type { FluxOfSuite } from '../gitops/describe-with-flux.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { applyServiceAccount, type PolicyRule, tokenOf } from '../service-account.ts'
import { connectToSharedCluster } from '../shared-cluster-client.ts'
import { type Ended, runLockstep } from './lockstep-process.ts'

const rule = (group: string, resource: string, ...verbs: readonly string[]): PolicyRule => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
})

/** What whoever aborts in the cluster needs, as docs/rollouts.md says. */
export const RIGHTS = {
  deployments: rule('apps', 'deployments', 'list'),
  routes: rule('gateway.networking.k8s.io', 'httproutes', 'get', 'list', 'patch'),
  syncs: rule('kustomize.toolkit.fluxcd.io', 'kustomizations', 'get', 'patch'),
  sources: rule('source.toolkit.fluxcd.io', 'gitrepositories', 'get'),
} as const

/** The same where the pods of an app are its weights. */
export const RIGHTS_ON_PODS = {
  ...RIGHTS,
  deployments: rule('apps', 'deployments', 'get', 'list', 'patch'),
  services: rule('', 'services', 'get'),
} as const

/** Somebody who is called at night, with a kubeconfig of their own, and `lockstep` as processes. */
export class OnCall {
  readonly #cluster: ClusterWithNodes
  readonly #suite: FluxOfSuite
  readonly #folder: string

  constructor(cluster: ClusterWithNodes, suite: FluxOfSuite, folder: string) {
    this.#cluster = cluster
    this.#suite = suite
    this.#folder = folder
  }

  get app(): string {
    return `${this.#suite.flux.namespace}/checkout`
  }

  /** A kubeconfig of a ServiceAccount with these rights. */
  async kubeconfig(name: string, rights: Readonly<Record<string, PolicyRule>>): Promise<string> {
    await applyServiceAccount(this.#cluster, name, Object.values(rights))
    const { server, certificateAuthority } = await connectToSharedCluster('nodes')
    const token = await tokenOf(this.#cluster, name)
    const file = join(this.#folder, `${name}.kubeconfig`)
    writeFileSync(file, writeKubeconfig({ server, certificateAuthority, token }))
    return file
  }

  abort(kubeconfig: string): Promise<Ended> {
    const what = ['rollout', 'abort', this.app, '--live', '--reason', 'customers complain']
    return runLockstep(this.#folder, ...what, '--kubeconfig', kubeconfig)
  }

  settle(kubeconfig: string): Promise<Ended> {
    return this.#onBranch('settle', this.app, '--kubeconfig', kubeconfig)
  }

  ls(): Promise<Ended> {
    return this.#onBranch('ls')
  }

  show(kubeconfig: string): Promise<Ended> {
    return this.#onBranch('show', this.app, '--kubeconfig', kubeconfig)
  }

  #onBranch(verb: string, ...args: readonly string[]): Promise<Ended> {
    const where = ['--remote', this.#suite.flux.repository, '--branch', 'deploy']
    return runLockstep(this.#folder, 'rollout', verb, ...where, ...args)
  }
}
