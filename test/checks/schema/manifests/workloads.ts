import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { labels, metadata, selector } from './common.ts'
import { container, podSpec } from './pod.ts'

/** The whole pod is in one workload only: in the others it would be the same again. */
const template = { metadata: { labels }, spec: { containers: [container] } }

const job = {
  backoffLimit: 2,
  activeDeadlineSeconds: 600,
  completions: 1,
  parallelism: 1,
  completionMode: 'Indexed',
  ttlSecondsAfterFinished: 3600,
  podFailurePolicy: {
    rules: [
      {
        action: 'FailJob',
        onExitCodes: { containerName: 'web', operator: 'In', values: [42] },
      },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  },
  template: { metadata: { labels }, spec: { containers: [container], restartPolicy: 'Never' } },
}

export const workloads: readonly KubernetesObject[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 3,
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      selector,
      template: { metadata: { labels }, spec: podSpec },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      replicas: 1,
      serviceName: 'web',
      podManagementPolicy: 'Parallel',
      selector,
      template,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      ordinals: { start: 1 },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOncePod'],
            storageClassName: 'fast',
            volumeMode: 'Filesystem',
            resources: { requests: { storage: '10Gi' } },
          },
        },
      ],
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    spec: {
      selector,
      template,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { selector, template },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      hostNetwork: false,
      dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
      securityContext: podSpec.securityContext,
      containers: [container],
    },
  },
  { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: job },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      suspend: false,
      jobTemplate: { metadata: { labels }, spec: job },
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 30,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
        {
          type: 'Pods',
          pods: {
            metric: { name: 'requests', selector },
            target: { type: 'AverageValue', averageValue: '100' },
          },
        },
      ],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: 'Min',
          policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
        },
      },
    },
  },
  {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 5,
      targetCPUUtilizationPercentage: 70,
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { maxUnavailable: '25%', selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  },
]
