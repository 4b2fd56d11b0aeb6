import { isKubernetesObject, type KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** A change of a list of manifests: one mutation of a fixture. */
export type Change = (objects: KubernetesObject[]) => void

type Draft = Record<string, unknown>

/** Sets a field of `<Kind>/<name>`; the path is written like `spec.template.spec.containers.0.image`. */
export const set =
  (target: string, path: string, value: unknown): Change =>
  (objects) => {
    const { parent, last } = walk(find(objects, target), path)
    parent[last] = structuredClone(value)
  }

export const unset =
  (target: string, path: string): Change =>
  (objects) => {
    const { parent, last } = walk(find(objects, target), path)
    if (!(last in parent)) throw new Error(`${target} has no ${path} to remove`)
    if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete parent[last]
  }

/** Appends to a list, which is made if it is not there. */
export const append =
  (target: string, path: string, value: unknown): Change =>
  (objects) => {
    const { parent, last } = walk(find(objects, target), path)
    const list = parent[last] ?? []
    if (!Array.isArray(list)) throw new Error(`${target} ${path} is not a list`)
    parent[last] = [...list, structuredClone(value)]
  }

export const add =
  (object: object): Change =>
  (objects) => {
    const copy: unknown = structuredClone(object)
    if (!isKubernetesObject(copy)) throw new Error('Not a Kubernetes object')
    objects.push(copy)
  }

export const drop =
  (target: string): Change =>
  (objects) => {
    objects.splice(objects.indexOf(find(objects, target)), 1)
  }

/** Adds a copy of an object under another name, with some top-level fields replaced. */
export const copy =
  (target: string, name: string, changes: Draft = {}): Change =>
  (objects) => {
    const original = structuredClone(find(objects, target))
    objects.push({ ...original, ...changes, metadata: { ...original.metadata, name } })
  }

/** Accepts a finding that comes with what a fixture is about. */
export const waive = (target: string, rule: string): Change =>
  set(target, `metadata.annotations."waiver.lockstep.dev/${rule.replace('/', '.')}"`, 'on purpose')

function find(objects: readonly KubernetesObject[], target: string): KubernetesObject {
  const [kind, name] = target.split('/')
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`The app has no ${target}`)
  return found
}

/** Keys may hold dots in double quotes: `metadata.annotations."example.com/a"`. */
function walk(object: KubernetesObject, path: string): { parent: Draft; last: string } {
  const names = [...path.matchAll(/"([^"]+)"|[^."]+/g)].map(([whole, quoted]) => quoted ?? whole)
  const last = names.pop()
  if (last === undefined) throw new Error('Empty path')
  let parent = object as unknown as Draft
  for (const name of names) {
    parent[name] ??= {}
    const child = parent[name]
    if (typeof child !== 'object' || child === null) throw new Error(`${path} stops at ${name}`)
    parent = child as Draft
  }
  return { parent, last }
}

const NAMESPACE = 'shop'
export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const IMAGE = `registry.example.com/shop/web:1.4.2@${DIGEST}`

export const labelsOf = (instance: string, name = instance) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': instance,
})

const metadata = (name: string, instance = name) => ({
  name,
  namespace: NAMESPACE,
  labels: labelsOf(instance),
})

const securityContext = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
}

const resources = {
  requests: { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
  limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '256Mi' },
}

const httpProbe = (path: string, periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path, port: 'http' },
  periodSeconds,
  failureThreshold,
  timeoutSeconds: 2,
})

const container = (name: string) => ({
  name,
  image: IMAGE,
  command: ['/app/server', '--port', '8080'],
  ports: [{ name: 'http', containerPort: 8080 }],
  env: [{ name: 'LOG_LEVEL', value: 'info' }],
  resources,
  securityContext,
  startupProbe: httpProbe('/livez', 5, 24),
  livenessProbe: httpProbe('/livez', 10, 3),
  readinessProbe: httpProbe('/readyz', 5, 2),
  lifecycle: { preStop: { sleep: { seconds: 10 } } },
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
})

const podSpec = (name: string, account = name) => ({
  serviceAccountName: account,
  automountServiceAccountToken: false,
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 45,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 10001,
    runAsGroup: 10001,
    fsGroup: 10001,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [container(name)],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
})

const spread = (instance: string, revisionKey: string) => ({
  topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
    (topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labelsOf(instance) },
      matchLabelKeys: [revisionKey],
    }),
  ),
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: labelsOf(instance) },
          },
        },
      ],
    },
  },
})

const template = (name: string, revisionKey = 'pod-template-hash') => ({
  metadata: {
    labels: labelsOf(name),
    annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'tmp' },
  },
  spec: { ...podSpec(name), ...spread(name, revisionKey) },
})

export const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name),
  spec: {
    replicas: 3,
    revisionHistoryLimit: 5,
    minReadySeconds: 10,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: labelsOf(name) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    template: template(name),
  },
})

export const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name),
  spec: { selector: labelsOf(name), ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
})

export const budget = (name: string) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(name),
  spec: {
    maxUnavailable: '10%',
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: labelsOf(name) },
  },
})

export const serviceAccount = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(name),
  automountServiceAccountToken: false,
})

export const networkPolicy = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(name),
  spec: {
    podSelector: { matchLabels: { 'app.kubernetes.io/instance': name } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }],
    egress: [
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ],
  },
})

const autoscaler = (name: string) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: metadata(name),
  spec: {
    minReplicas: 3,
    maxReplicas: 30,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    metrics: [
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: name,
          target: { type: 'Utilization', averageUtilization: 70 },
        },
      },
    ],
  },
})

const statefulSet = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(name),
  spec: {
    replicas: 3,
    serviceName: name,
    minReadySeconds: 10,
    selector: { matchLabels: labelsOf(name) },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    template: template(name, 'controller-revision-hash'),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOncePod'],
          resources: { requests: { storage: '10Gi' } },
        },
      },
    ],
  },
})

const headless = (name: string) => ({
  ...service(name),
  spec: { ...service(name).spec, clusterIP: 'None' },
})

const cronJob = (name: string) => {
  const { startupProbe, livenessProbe, readinessProbe, lifecycle, ports, ...program } =
    container(name)
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(name),
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      jobTemplate: {
        spec: {
          activeDeadlineSeconds: 3600,
          backoffLimit: 2,
          template: {
            metadata: { labels: labelsOf(name) },
            spec: { ...podSpec(name), restartPolicy: 'Never', containers: [program] },
          },
        },
      },
    },
  }
}

const route = (name: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: metadata(name),
  spec: {
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
    hostnames: ['web.example.com'],
    rules: [{ backendRefs: [{ name, port: 80 }] }],
  },
})

const ingress = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: metadata(name),
  spec: {
    ingressClassName: 'internal',
    tls: [{ hosts: ['api.example.com'], secretName: 'api-tls' }],
    rules: [
      {
        host: 'api.example.com',
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
})

const role = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: metadata(name),
  rules: [
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [name],
      verbs: ['get', 'update'],
    },
  ],
})

const binding = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: metadata(name),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
})

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name, 'web'),
  immutable: true,
  data: { 'app.yaml': 'greeting: hello\n', greeting: 'hello' },
})

export const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
}

/**
 * Manifests in which nothing is to be found: a Deployment with a fixed number of replicas (`web`),
 * an autoscaled one (`api`), a StatefulSet (`ledger`), a CronJob (`report`), and what belongs to
 * them. Every fixture is this with a few changes.
 */
export function goodApp(...changes: readonly Change[]): KubernetesObject[] {
  const api = deployment('api')
  const objects: unknown[] = [
    namespace,
    deployment('web'),
    service('web'),
    configMap('web-config-0a1b2c3d'),
    route('web'),
    { ...api, spec: { ...api.spec, replicas: undefined } },
    service('api'),
    autoscaler('api'),
    ingress('api'),
    role('api'),
    binding('api'),
    statefulSet('ledger'),
    headless('ledger'),
    cronJob('report'),
    ...['web', 'api', 'ledger'].map(budget),
    ...['web', 'api', 'ledger', 'report'].map(serviceAccount),
    ...['web', 'api', 'ledger', 'report'].map(networkPolicy),
  ]
  // By way of JSON: structuredClone would keep the parts shared that the objects share.
  const drafts = (JSON.parse(JSON.stringify(objects)) as unknown[]).filter(isKubernetesObject)
  for (const change of changes) change(drafts)
  return drafts
}
