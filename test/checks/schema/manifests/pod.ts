import { selector } from './common.ts'

/** A pod that uses most of what pods use. */
export const podSpec = {
  serviceAccountName: 'web',
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 45,
  priorityClassName: 'high',
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  securityContext: {
    runAsNonRoot: true,
    fsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selector,
      matchLabelKeys: ['pod-template-hash'],
    },
  ],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] },
        ],
      },
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: selector },
        },
      ],
    },
  },
  initContainers: [
    { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always', args: ['--verbose'] },
  ],
  containers: [
    {
      name: 'web',
      image: 'registry.example.com/web@sha256:0000',
      imagePullPolicy: 'IfNotPresent',
      command: ['/web'],
      args: ['--port', '8080'],
      workingDir: '/srv',
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      env: [
        { name: 'LEVEL', value: 'info' },
        { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'web', key: 'colour' } } },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'web', key: 'key', optional: true } } },
      ],
      envFrom: [
        { prefix: 'WEB_', configMapRef: { name: 'web' } },
        { prefix: 'KEY_', secretRef: { name: 'web' } },
      ],
      resources: {
        requests: { cpu: '250m', memory: '128Mi' },
        limits: { memory: '128Mi', 'ephemeral-storage': '1Gi' },
      },
      readinessProbe: {
        httpGet: {
          path: '/ready',
          port: 'http',
          scheme: 'HTTP',
          httpHeaders: [{ name: 'Host', value: 'web' }],
        },
        periodSeconds: 5,
        failureThreshold: 2,
      },
      livenessProbe: { tcpSocket: { port: 8080 }, timeoutSeconds: 2 },
      startupProbe: { grpc: { port: 8080 }, failureThreshold: 30 },
      lifecycle: { preStop: { sleep: { seconds: 10 } } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsUser: 1000,
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp', readOnly: false }],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    },
  ],
  volumes: [
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi', medium: 'Memory' } },
    {
      name: 'config',
      configMap: { name: 'web', defaultMode: 420, items: [{ key: 'a', path: 'a' }] },
    },
    {
      name: 'token',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: 3600, audience: 'a' } },
        ],
      },
    },
  ],
}

/** As little as a container can be. */
export const container = {
  name: 'web',
  image: 'web:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
}
