import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { metadata } from './common.ts'

export const gitops: readonly KubernetesObject[] = [
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata,
    spec: {
      interval: '1m0s',
      url: 'https://git.example.com/shop/deploy.git',
      ref: { branch: 'main' },
      secretRef: { name: 'deploy' },
      timeout: '60s',
      sparseCheckout: ['prod'],
    },
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata,
    spec: {
      interval: '10m0s',
      path: './prod/workloads',
      prune: true,
      wait: false,
      sourceRef: { kind: 'GitRepository', name: 'deploy' },
      targetNamespace: 'shop',
      serviceAccountName: 'sync',
      dependsOn: [{ name: 'namespaces', namespace: 'flux-system' }],
      healthChecks: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' }],
      postBuild: { substitute: { environment: 'prod' } },
    },
  },
]
