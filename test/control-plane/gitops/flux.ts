import { join } from 'node:path'
import type { FluxSource } from '../../../constructs/index.ts'
import { GitCommandRemote } from '../../../gitops/git-command-remote.ts'
import type { FileChange } from '../../../gitops/git-remote.ts'
import { type PublishResult, publish } from '../../../gitops/publish.ts'
import type { PublishOptions } from '../../../gitops/publish-plan.ts'
import { at, items, text } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../../manifests/rendering.ts'
import { bareRepository, GIT_ENV } from '../../gitops/git.ts'
import type { Cluster } from '../cluster.ts'
import type { Connection } from '../connection.ts'
import { eventually } from '../eventually.ts'
import { fluxDefinitions } from '../flux-definitions.ts'
import { SourceControllerStandIn } from '../source-controller-stand-in.ts'
import { type KustomizeController, startKustomizeController } from './kustomize-controller.ts'

export interface FluxProps {
  readonly cluster: Cluster
  readonly connection: Connection
  /** Where the repository goes. */
  readonly folder: string
  /** @default 4 */
  readonly concurrent?: number
}

const BRANCH = 'deploy'
const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' }

/**
 * A deploy repository, and Flux that applies what is pushed to it: the real kustomize-controller,
 * with a stand-in for source-controller. Looks after one namespace's Kustomizations, so that every
 * test file can have its own.
 */
export class Flux {
  readonly source: FluxSource = { name: 'deploy' }
  /** Namespace of the Kustomizations. */
  readonly namespace: string
  /** The bare repository. */
  readonly repository: string
  /** The cluster, as its admin. */
  readonly connection: Connection
  readonly #cluster: Cluster
  readonly #folder: string
  readonly #controller: KustomizeController
  readonly #sourceController: SourceControllerStandIn
  readonly #broken: Promise<never>

  private constructor(
    props: FluxProps & { readonly namespace: string; readonly repository: string },
    controller: KustomizeController,
    sourceController: SourceControllerStandIn,
  ) {
    this.namespace = props.namespace
    this.repository = props.repository
    this.connection = props.connection
    this.#cluster = props.cluster
    this.#folder = props.folder
    this.#controller = controller
    this.#sourceController = sourceController
    this.#broken = controller.broken.then((error) => Promise.reject(error))
    // Nobody may be waiting for anything just then.
    this.#broken.catch(() => {})
  }

  static async start(props: FluxProps): Promise<Flux> {
    const { cluster, connection, folder, concurrent = 4 } = props
    const namespace = await cluster.namespace()
    const repository = bareRepository(join(folder, 'deploy.git'))
    await cluster.apply(await fluxDefinitions())
    await cluster.apply([gitRepository(namespace, 'deploy', repository)])
    const controller = await startKustomizeController({ connection, namespace, concurrent })
    const sourceController = await SourceControllerStandIn.start({
      repository,
      branch: BRANCH,
      source: { namespace, name: 'deploy' },
      send: (request) => cluster.send(request),
    })
    return new Flux({ ...props, namespace, repository }, controller, sourceController)
  }

  /** As `lockstep publish`. */
  publish(rendering: Rendering, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#withRemote((remote) => publish({ remote, branch: BRANCH, rendering, ...options }))
  }

  /** A commit of somebody who does not use Lockstep. Gives its id. */
  push(...changes: readonly FileChange[]): Promise<string> {
    return this.#withRemote(async (remote) =>
      remote.commit({
        branch: BRANCH,
        parent: await remote.tip(BRANCH),
        isNewBranch: false,
        changes,
        message: 'by hand\n',
      }),
    )
  }

  /** Makes the sync objects of the cluster these, as the sync of its own folder would. */
  async sync(objects: readonly KubernetesObject[]): Promise<void> {
    await this.#cluster.apply(objects)
    const wanted = new Set(objects.map(({ metadata }) => metadata.name))
    const gone = (await this.kustomizations()).filter(({ metadata }) => !wanted.has(metadata.name))
    for (const { metadata } of gone) {
      await this.#cluster.send({ method: 'DELETE', path: `${this.#path()}/${metadata.name}` })
    }
  }

  async kustomizations(): Promise<readonly KubernetesObject[]> {
    const { body } = await this.#cluster.send({ path: this.#path() })
    return items(at(body, 'items')) as unknown as readonly KubernetesObject[]
  }

  async kustomization(name: string): Promise<KubernetesObject> {
    const found = await this.#cluster.get({
      ...KUSTOMIZATION,
      metadata: { name, namespace: this.namespace },
    })
    if (found === undefined) throw new Error(`There is no Kustomization ${name}`)
    return found
  }

  /** Waits until the newest commit, or the one given, is applied by all Kustomizations, or these. */
  async untilApplied(commit?: string, ...names: readonly string[]): Promise<void> {
    const wanted = commit ?? (await this.tip())
    const applied = eventually(
      `commit ${wanted} is applied`,
      async () => {
        const all = await this.kustomizations()
        return all
          .filter(({ metadata }) => names.length === 0 || names.includes(metadata.name))
          .map(stateOf)
      },
      (states) =>
        states.length > 0 && states.every(({ ready, commit }) => ready && commit === wanted),
    )
    await Promise.race([applied, this.#broken])
  }

  tip(): Promise<string | undefined> {
    return this.#withRemote((remote) => remote.tip(BRANCH))
  }

  /** Deletes the Kustomizations, with all that they have applied, and ends the programs. */
  async stop(): Promise<void> {
    await this.sync([])
    await this.untilGone()
    await this.end()
  }

  /** Waits until no Kustomization is left that was deleted. */
  async untilGone(): Promise<void> {
    const gone = eventually(
      'the Kustomizations are gone',
      () => this.kustomizations(),
      ({ length }) => length === 0,
    )
    await Promise.race([gone, this.#broken])
  }

  /** Ends the programs and leaves the cluster as it is. */
  async end(): Promise<void> {
    await this.#sourceController.stop()
    await this.#controller.stop()
  }

  #path(): string {
    return `/apis/${KUSTOMIZATION.apiVersion}/namespaces/${this.namespace}/kustomizations`
  }

  async #withRemote<T>(use: (remote: GitCommandRemote) => Promise<T>): Promise<T> {
    const remote = await GitCommandRemote.open({
      remote: this.repository,
      cwd: this.#folder,
      env: GIT_ENV,
      scratchFolder: join(this.#folder, 'scratch'),
    })
    try {
      return await use(remote)
    } finally {
      await remote.close()
    }
  }
}

export interface KustomizationState {
  readonly name: string
  readonly ready: boolean
  /** The commit that was last applied as a whole. */
  readonly commit: string | undefined
  /** The commit that it tried to apply last. */
  readonly attempted: string | undefined
  /** What it says about itself. */
  readonly message: string
}

export function stateOf({ metadata, status }: KubernetesObject): KustomizationState {
  const conditions = items(at(status, 'conditions'))
  const ready = conditions.find((condition) => at(condition, 'type') === 'Ready')
  const isCurrent = at(ready, 'observedGeneration') === metadata.generation
  return {
    name: metadata.name,
    ready: at(ready, 'status') === 'True' && isCurrent,
    commit: commitOf(at(status, 'lastAppliedRevision')),
    attempted: commitOf(at(status, 'lastAttemptedRevision')),
    message: text(at(ready, 'message')) ?? '',
  }
}

/** `deploy@sha1:1f0c…` */
const commitOf = (revision: unknown): string | undefined => text(revision)?.split(':').at(-1)

export const gitRepository = (
  namespace: string,
  name: string,
  repository: string,
): KubernetesObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace },
  // Never contacted: the stand-in reads the folder itself.
  spec: { interval: '1h', url: `https://git.example.com${repository}`, ref: { branch: BRANCH } },
})
