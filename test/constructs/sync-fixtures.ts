import {
  App,
  Environment,
  gatewayApi,
  HighlyAvailableDeployment,
  Namespace,
  SingletonService,
  usuallyOne,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { IMAGE, minimal } from './fixtures.ts'

export interface SyncTree {
  readonly app: App
  /** Two namespaces; in `shop` an app with a route and one without any traffic. */
  readonly prod: Environment
  /** Where sync objects belong. */
  readonly cluster: Namespace
}

const settings = { owner: 'platform-team', images: {} }

export function syncTree(clusterNamespace = 'flux-system'): SyncTree {
  const app = new App({ outdir: 'unused' })
  const prod = new Environment(app, 'prod', settings)
  makeShop(prod)
  const environment = new Environment(app, 'cluster', settings)
  return { app, prod, cluster: new Namespace(environment, clusterNamespace, { existing: true }) }
}

function makeShop(prod: Environment): void {
  const shop = new Namespace(prod, 'shop')
  new HighlyAvailableDeployment(shop, 'web', {
    ...minimal,
    traffic: gatewayApi({ gateway: 'public', hostname: 'shop.example.com' }),
  })
  new SingletonService(shop, 'importer', {
    image: IMAGE,
    resources: minimal.resources,
    guarantee: usuallyOne(),
  })
  new HighlyAvailableDeployment(new Namespace(prod, 'search'), 'search', minimal)
}

/** What the cluster's own folder has. */
export const syncObjects = (app: App): readonly KubernetesObject[] =>
  synthesizeTree(app)
    .renderings.filter(({ environment }) => environment === 'cluster')
    .flatMap(({ files }) => files.flatMap(({ object }) => object ?? []))

export const syncYaml = (app: App): string => syncObjects(app).map(emitYaml).join('---\n')

export const findingsOf = (app: App): readonly string[] =>
  synthesizeTree(app).findings.flatMap(({ severity, message }) =>
    severity === 'error' ? [message] : [],
  )
