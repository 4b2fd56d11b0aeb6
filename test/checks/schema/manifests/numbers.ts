import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { labels, metadata, selector } from './common.ts'

const containers = [{ name: 'web', image: 'registry.example.com/web:1' }]

const template = { metadata: { labels }, spec: { containers } }

/** Numbers with bounds of their own that the other manifests do not have. */
export const numbers: readonly KubernetesObject[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      selector,
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 30,
          securityContext: { runAsUser: 10_001, runAsGroup: 10_001 },
          containers: [
            {
              name: 'web',
              image: 'registry.example.com/web:1',
              ports: [{ containerPort: 8080, hostPort: 8080 }],
              securityContext: { runAsGroup: 10_001 },
              livenessProbe: {
                httpGet: { port: 8080 },
                initialDelaySeconds: 5,
                terminationGracePeriodSeconds: 10,
              },
              readinessProbe: { httpGet: { port: 8080 }, successThreshold: 2 },
            },
          ],
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 50,
                  preference: {
                    matchExpressions: [{ key: 'example.com/fast', operator: 'Exists' }],
                  },
                },
              ],
            },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              minDomains: 3,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
            },
          ],
          volumes: [
            {
              name: 'secret',
              secret: {
                secretName: 'web',
                defaultMode: 0o400,
                items: [{ key: 'key', path: 'key', mode: 0o400 }],
              },
            },
            {
              name: 'labels',
              downwardAPI: {
                defaultMode: 0o400,
                items: [
                  { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' }, mode: 0o400 },
                ],
              },
            },
            {
              name: 'all',
              projected: { defaultMode: 0o400, sources: [{ configMap: { name: 'web' } }] },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    spec: {
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      selector,
      template,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { replicas: 2, minReadySeconds: 5, selector, template },
  },
  {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata,
    spec: { replicas: 2, minReadySeconds: 5, template },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: {
      completionMode: 'Indexed',
      completions: 3,
      backoffLimitPerIndex: 1,
      maxFailedIndexes: 1,
      template: {
        metadata: { labels },
        spec: { restartPolicy: 'Never', activeDeadlineSeconds: 600, containers },
      },
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { minAvailable: '50%', selector },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {}, ingress: [{ ports: [{ port: 8080, endPort: 8090 }] }] },
  },
]
