import { type ChangeCase, change, claimSpec, type Fields, labels, withSpec } from './change-case.ts'

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}
const container = (image: string) => ({ name: 'web', image, securityContext: hardened })

const template = (image = 'web:1', extra: object = {}) => ({
  metadata: { labels },
  spec: { containers: [container(image)], ...extra },
})

const workload = { selector: { matchLabels: labels }, template: template() }
const deployment = withSpec('apps/v1', 'Deployment', workload)
const daemonSet = withSpec('apps/v1', 'DaemonSet', workload)
const replicaSet = withSpec('apps/v1', 'ReplicaSet', workload)
const statefulSet = withSpec('apps/v1', 'StatefulSet', { ...workload, serviceName: 'web' })
const job = withSpec('batch/v1', 'Job', { template: template('web:1', { restartPolicy: 'Never' }) })
const cronJob = withSpec('batch/v1', 'CronJob', {
  schedule: '0 3 * * *',
  jobTemplate: { spec: { template: template('web:1', { restartPolicy: 'Never' }) } },
})
const claimTemplate = (spec: Fields = {}) => [
  { metadata: { name: 'data' }, spec: { ...claimSpec, ...spec } },
]
const other = { matchLabels: labels, matchExpressions: [{ key: 'app', operator: 'Exists' }] }

export const WORKLOAD_CHANGES: readonly ChangeCase[] = [
  change(
    'selector of a Deployment',
    deployment(),
    deployment({ selector: other }),
    'spec.selector',
  ),
  change('selector of a DaemonSet', daemonSet(), daemonSet({ selector: other }), 'spec.selector'),
  change(
    'selector of a ReplicaSet',
    replicaSet(),
    replicaSet({ selector: other }),
    'spec.selector',
  ),
  change('template of a Deployment', deployment(), deployment({ template: template('web:2') })),
  change(
    'strategy of a Deployment whose settings were filled in',
    deployment({ strategy: { type: 'RollingUpdate' } }),
    deployment({ strategy: { type: 'Recreate', rollingUpdate: null } }),
    'spec.strategy.rollingUpdate',
  ),
  change(
    'strategy of a Deployment whose settings were written out',
    deployment({ strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }),
    deployment({ strategy: { type: 'Recreate' } }),
  ),
  change(
    'strategy of a StatefulSet whose settings were filled in',
    statefulSet(),
    statefulSet({ updateStrategy: { type: 'OnDelete' } }),
    'spec.updateStrategy.rollingUpdate',
  ),
  change(
    'strategy of a StatefulSet whose settings were written out',
    statefulSet({ updateStrategy: { rollingUpdate: { partition: 0 } } }),
    statefulSet({ updateStrategy: { type: 'OnDelete' } }),
  ),
  change(
    'strategy of a DaemonSet',
    daemonSet(),
    daemonSet({ updateStrategy: { type: 'OnDelete' } }),
  ),
  change('replicas of a Deployment', deployment({ replicas: 2 }), deployment({ replicas: 3 })),

  change(
    'selector of a StatefulSet',
    statefulSet(),
    statefulSet({ selector: other }),
    'spec.selector',
  ),
  change(
    'Service of a StatefulSet',
    statefulSet(),
    statefulSet({ serviceName: 'other' }),
    'spec.serviceName',
  ),
  change(
    'pod management',
    statefulSet(),
    statefulSet({ podManagementPolicy: 'Parallel' }),
    'spec.podManagementPolicy',
  ),
  change(
    'pod management, written out',
    statefulSet(),
    statefulSet({ podManagementPolicy: 'OrderedReady' }),
  ),
  change(
    'size in a claim template',
    statefulSet({ volumeClaimTemplates: claimTemplate() }),
    statefulSet({
      volumeClaimTemplates: claimTemplate({ resources: { requests: { storage: '3Gi' } } }),
    }),
    'spec.volumeClaimTemplates',
  ),
  change(
    'unit of the size in a claim template, and its volume mode written out',
    statefulSet({ volumeClaimTemplates: claimTemplate() }),
    statefulSet({
      volumeClaimTemplates: claimTemplate({
        resources: { requests: { storage: '2048Mi' } },
        volumeMode: 'Filesystem',
      }),
    }),
  ),
  change(
    'what may change in a StatefulSet',
    statefulSet(),
    statefulSet({
      replicas: 2,
      template: template('web:2'),
      updateStrategy: { rollingUpdate: { partition: 1 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      minReadySeconds: 5,
      ordinals: { start: 1 },
      revisionHistoryLimit: 3,
    }),
  ),

  change(
    'template of a Job',
    job(),
    job({ template: template('web:2', { restartPolicy: 'Never' }) }),
    'spec.template',
  ),
  change(
    'completions of a Job',
    job({ completions: 1 }),
    job({ completions: 2 }),
    'spec.completions',
  ),
  change(
    'completions and parallelism of an indexed Job',
    job({ completions: 1, parallelism: 1, completionMode: 'Indexed' }),
    job({ completions: 2, parallelism: 2, completionMode: 'Indexed' }),
  ),
  change('parallelism of a Job', job({ parallelism: 1 }), job({ parallelism: 2 })),
  change(
    'everything of a CronJob',
    cronJob(),
    cronJob({
      schedule: '0 4 * * *',
      jobTemplate: { spec: { template: template('web:2', { restartPolicy: 'OnFailure' }) } },
    }),
  ),
]
