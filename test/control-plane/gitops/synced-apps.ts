import {
  App,
  Environment,
  FluxSync,
  type FluxSyncProps,
  HighlyAvailableDeployment,
  type HighlyAvailableDeploymentProps,
  Namespace,
} from '../../../constructs/index.ts'
import { SynthesisError } from '../../../constructs/synthesis-error.ts'
import { synthesizeTree } from '../../../constructs/synthesize-tree.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { Rendering } from '../../../manifests/rendering.ts'
import { minimal } from '../../constructs/fixtures.ts'
import type { Flux } from './flux.ts'

/** Apps by namespace, each with what is different about it. */
export type Apps = Readonly<
  Record<string, Readonly<Record<string, Partial<HighlyAvailableDeploymentProps>>>>
>

export interface SyncedApps {
  /** For the deploy branch. */
  readonly rendering: Rendering
  /** For the cluster itself. */
  readonly kustomizations: readonly KubernetesObject[]
}

export interface SyncedAppsProps extends Partial<Omit<FluxSyncProps, 'environment' | 'source'>> {
  /** Whether the namespaces are there already. */
  readonly existing?: boolean
}

/** App definitions of an environment `prod`, and of how Flux keeps it in sync. */
export function syncedApps(
  flux: Flux,
  apps: Apps,
  { existing = false, ...props }: SyncedAppsProps = {},
): SyncedApps {
  const define = (app: App) => {
    const prod = new Environment(app, 'prod', SETTINGS)
    for (const [name, inNamespace] of Object.entries(apps)) {
      const namespace = new Namespace(prod, name, { existing })
      for (const [id, options] of Object.entries(inNamespace)) {
        new HighlyAvailableDeployment(namespace, id, { ...minimal, ...options })
      }
    }
    return prod
  }
  return syncedEnvironment(flux, define, props)
}

const SETTINGS = { owner: 'platform-team', images: {} }

/** An environment, and how Flux keeps it in sync. */
export function syncedEnvironment(
  flux: Pick<Flux, 'namespace' | 'source'>,
  define: (app: App) => Environment,
  props: Partial<Omit<FluxSyncProps, 'environment' | 'source'>> = {},
): SyncedApps {
  const app = new App({ outdir: 'unused' })
  const environment = define(app)
  const cluster = new Environment(app, 'cluster', SETTINGS)
  const system = new Namespace(cluster, flux.namespace, { existing: true })
  new FluxSync(system, environment.name, { environment, source: flux.source, ...props })
  const { renderings, findings } = synthesizeTree(app)
  const errors = findings.filter(({ severity, waived }) => severity === 'error' && !waived)
  if (errors.length > 0) throw new SynthesisError(errors)
  const find = (name: string) => renderings.find(({ environment }) => environment === name)
  return {
    rendering: find(environment.name) ?? { environment: environment.name, files: [] },
    kustomizations: find('cluster')?.files.flatMap(({ object }) => object ?? []) ?? [],
  }
}

export const deploymentOf = (namespace: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
})

export const serviceOf = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
})
