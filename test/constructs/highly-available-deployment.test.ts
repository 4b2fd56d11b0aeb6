import { Duration } from 'cdk8s'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  autoscale,
  fixed,
  gatewayApi,
  HighlyAvailableDeployment,
  type HighlyAvailableDeploymentProps,
  ingress,
  SynthesisError,
} from '../../constructs/index.ts'
import type { KubernetesVersion } from '../../constructs/kubernetes-version.ts'
import { Testing } from '../../constructs/testing.ts'
import { at } from '../../manifests/fields.ts'
import { rollingUpdateBounds } from '../../manifests/rounding.ts'
import { autoscaled, minimal } from './fixtures.ts'
import { goldenYaml } from './golden-yaml.ts'

const synth = (
  props: Partial<HighlyAvailableDeploymentProps> = {},
  targetVersion: KubernetesVersion = '1.31',
) =>
  Testing.synth((test) => new HighlyAvailableDeployment(test, 'web', { ...minimal, ...props }), {
    targetVersion,
  })

const podSpec = (synthesis: ReturnType<typeof synth>) =>
  at(synthesis.find('Deployment'), 'spec', 'template', 'spec')

const container = (synthesis: ReturnType<typeof synth>) =>
  (at(podSpec(synthesis), 'containers') as object[])[0]!

function complaint(props: Partial<HighlyAvailableDeploymentProps>): string {
  try {
    synth(props)
    return ''
  } catch (error) {
    if (error instanceof SynthesisError) return error.message
    throw error
  }
}

const own = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'web' }
const selector = { matchLabels: own }

describe('a highly available deployment', () => {
  it('is a Deployment with all that keeps it there, and nothing to say against it', async () => {
    const synthesis = synth()
    expect(
      synthesis.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
    ).toEqual([
      'Deployment web',
      'NetworkPolicy web',
      'PodDisruptionBudget web',
      'Service web',
      'ServiceAccount web',
    ])
    expect(synthesis.findings).toEqual([])
    await expect(goldenYaml(synthesis)).toMatchFileSnapshot(
      '__snapshots__/g1-highly-available.yaml',
    )
  })

  it('names and labels every object after the app, and selects by name and instance alone', () => {
    for (const { metadata } of synth().objects) {
      expect(metadata).toMatchObject({
        name: 'web',
        namespace: 'test',
        labels: {
          ...own,
          'app.kubernetes.io/part-of': 'test',
          'app.kubernetes.io/managed-by': 'lockstep',
          owner: 'test',
          env: 'test',
        },
      })
    }
    const version = { 'app.kubernetes.io/version': '1.4.2' }
    expect(synth().find('Deployment')).toMatchObject({
      metadata: { labels: version },
      spec: {
        selector,
        template: { metadata: { labels: { ...own, ...version, owner: 'test', env: 'test' } } },
      },
    })
    // A release touches nothing that it does not change.
    expect(synth().find('Service').metadata.labels).not.toMatchObject(version)
  })

  it('runs restricted, under an identity without token, with scratch space that is counted', () => {
    const synthesis = synth()
    expect(podSpec(synthesis)).toMatchObject({
      serviceAccountName: 'web',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Always',
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10_001,
        runAsGroup: 10_001,
        fsGroup: 10_001,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
    })
    expect(container(synthesis)).toMatchObject({
      resources: {
        requests: { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
        limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '256Mi' },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    })
    expect(at(synthesis.find('Deployment').spec, 'template', 'metadata', 'annotations')).toEqual({
      'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'tmp',
    })
    expect(synthesis.find('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false })
  })
})

describe('the spread over zones and hosts', () => {
  const spreadOf = (props: Partial<HighlyAvailableDeploymentProps>, version?: KubernetesVersion) =>
    podSpec(synth(props, version))

  it('is soft, by constraints and by anti-affinity, and counts the pods of one revision', () => {
    const common = {
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selector,
      matchLabelKeys: ['pod-template-hash'],
    }
    const spec = spreadOf({ replicas: fixed(10) })
    // Both, since any constraint switches the scheduler's own defaults off.
    expect(at(spec, 'topologySpreadConstraints')).toEqual([
      { ...common, topologyKey: 'topology.kubernetes.io/zone' },
      { ...common, topologyKey: 'kubernetes.io/hostname' },
    ])
    expect(at(spec, 'affinity', 'podAntiAffinity')).toEqual({
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: selector,
            matchLabelKeys: ['pod-template-hash'],
          },
        },
      ],
    })
  })

  it('can be strict over three zones, and a release still has room', () => {
    const synthesis = synth({ spread: { strict: 'zone', zones: 3 } })
    expect(at(podSpec(synthesis), 'topologySpreadConstraints')).toMatchObject([
      {
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        minDomains: 3,
        nodeTaintsPolicy: 'Honor',
        // Without it the surplus pod of a release would have no zone to go to.
        matchLabelKeys: ['pod-template-hash'],
      },
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    ])
    expect(JSON.stringify(podSpec(synthesis))).not.toContain('requiredDuringScheduling')
  })

  it('never lists a key of the selector again', () => {
    const spec = JSON.stringify(spreadOf({}))
    for (const key of Object.keys(own)) expect(spec).not.toContain(`"matchLabelKeys":["${key}`)
  })
})

describe('the budget', () => {
  it('lets a pod in ten go, at least one, and pods that are broken always', () => {
    expect(synth().find('PodDisruptionBudget')).toMatchObject({
      apiVersion: 'policy/v1',
      spec: { maxUnavailable: '10%', selector, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    })
  })

  it.each([
    [{ minAvailable: 3 }, fixed(5), 'maxUnavailable'],
    [{ minAvailable: 2 }, fixed(3), 'maxUnavailable'],
    [{ maxUnavailable: 1 }, fixed(3), 'minAvailable'],
  ] as const)('can be %j', (budget, replicas, absent) => {
    const { spec } = synth({ budget, replicas }).find('PodDisruptionBudget')
    expect(spec).toMatchObject({ ...budget, selector })
    expect(spec).not.toHaveProperty(absent)
  })

  it.each([
    [{ minAvailable: 3 }, fixed(3)],
    [{ minAvailable: '100%' }, fixed(5)],
    [{ minAvailable: '67%' }, fixed(3)],
    [{ maxUnavailable: 0 }, fixed(3)],
    [{ minAvailable: 3 }, autoscale({ min: 3, max: 9, cpu: 70 })],
  ] as const)('cannot be %j of %j, which no drain would ever get past', (budget, replicas) => {
    expect(complaint({ budget, replicas })).toContain("'budget' never lets a pod go")
  })
})

describe('a release', () => {
  it('starts new pods before old ones go, and never has fewer', () => {
    expect(synth().find('Deployment').spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      minReadySeconds: 10,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 5,
    })
  })

  it('can be told to keep four of five', () => {
    const rollingUpdate = { maxUnavailable: '20%' } as const
    const { spec } = synth({ replicas: fixed(100), rollingUpdate }).find('Deployment')
    const written = at(spec, 'strategy', 'rollingUpdate') as { maxSurge: string }
    expect(written).toEqual({ maxSurge: '25%', maxUnavailable: '20%' })
    expect(rollingUpdateBounds(100, written.maxSurge, '20%')).toEqual({
      surge: 25,
      unavailable: 20,
    })
  })

  it('is given longer than a slow start and less than for ever', () => {
    const health = { ...minimal.health, startsWithin: Duration.minutes(10) }
    expect(synth({ health }).find('Deployment').spec).toMatchObject({
      progressDeadlineSeconds: 2 * 600 + 10 + 120,
    })
  })
})

it('asks three different questions, with every number written out', () => {
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    initialDelaySeconds: 0,
    periodSeconds,
    timeoutSeconds: 2,
    successThreshold: 1,
    failureThreshold,
  })
  expect(container(synth())).toMatchObject({
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    startupProbe: probe('/livez', 5, 24),
    livenessProbe: probe('/livez', 10, 3),
    readinessProbe: probe('/readyz', 5, 2),
  })
})

describe('the end of a pod', () => {
  it('begins with a sleep of the kubelet and has time for it', () => {
    expect(container(synth())).toMatchObject({ lifecycle: { preStop: { sleep: { seconds: 10 } } } })
    expect(podSpec(synth())).toMatchObject({ terminationGracePeriodSeconds: 45 })
  })

  it('begins with a program of the image where the kubelet cannot sleep', () => {
    expect(container(synth({}, '1.29'))).toMatchObject({
      lifecycle: { preStop: { exec: { command: ['sleep', '10'] } } },
    })
  })
})

it('leaves out what the oldest Kubernetes of the environment does not know', () => {
  const affinityKeys = (version: KubernetesVersion) =>
    JSON.stringify(at(podSpec(synth({}, version)), 'affinity')).includes('matchLabelKeys')
  expect(affinityKeys('1.30')).toBe(false)
  expect(affinityKeys('1.31')).toBe(true)
})

describe('an autoscaled service', () => {
  it('is scaled by the CPU of its own container, up at once and down slowly', () => {
    const { find } = synth({ replicas: autoscale({ min: 2, max: 5, cpu: 50 }) })
    expect(find('HorizontalPodAutoscaler')).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: 'web',
              target: { type: 'Utilization', averageUtilization: 50 },
            },
          },
        ],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0 },
          scaleDown: {
            stabilizationWindowSeconds: 300,
            policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
          },
        },
      },
    })
  })

  it('has no number in Git that each sync would reset', () => {
    expect(synth({ replicas: autoscaled.replicas }).find('Deployment').spec).not.toHaveProperty(
      'replicas',
    )
    expect(synth().find('Deployment').spec).toMatchObject({ replicas: 3 })
    expect(synth().objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler')).toBe(false)
  })

  it.each([
    [autoscale({ min: 1, max: 5, cpu: 50 }), "'replicas' must be at least 2"],
    [fixed(1), "'replicas' must be at least 2"],
    [fixed(2.5), "'replicas.fixed' must be a whole number"],
    [autoscale({ min: 5, max: 5, cpu: 50 }), "'replicas.max' must be greater than min (5)"],
    [autoscale({ min: 2, max: 5, memory: 50 }), "'replicas.cpu' must be given beside memory"],
    [autoscale({ min: 2, max: 5 }), "'replicas.cpu' or another metric must be given"],
  ] as const)('refuses %j', (replicas, message) => {
    expect(complaint({ replicas })).toContain(message)
  })
})

describe('what survives the loss of a zone', () => {
  it('is what was asked for, and one pod fewer would not do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 2, max: 6 }),
        (peak, zones) => {
          // An even spread has at most this many pods in one zone.
          const left = (count: number) => count - Math.ceil(count / zones)
          const { fixed: count } = fixed(peak, { surviving: 'zone', zones })
          expect(left(count)).toBeGreaterThanOrEqual(peak)
          expect(left(count - 1)).toBeLessThan(peak)
        },
      ),
    )
  })

  it('is both ends of an autoscaler', () => {
    expect(autoscale({ min: 4, max: 10, cpu: 70, surviving: 'zone' })).toEqual({
      autoscale: { min: 6, max: 15, cpu: 70 },
    })
  })

  it('cannot be anything with a single zone', () => {
    expect(complaint({ replicas: fixed(3, { surviving: 'zone', zones: 1 }) })).toContain(
      "'replicas.fixed' must be a whole number",
    )
  })
})

describe('the way in', () => {
  it('is nothing but a Service unless it is asked for', () => {
    const { objects, find } = synth()
    expect(objects.some(({ kind }) => ['HTTPRoute', 'Ingress'].includes(kind))).toBe(false)
    expect(find('Service').spec).toEqual({
      type: 'ClusterIP',
      selector: own,
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    })
  })

  it('is an HTTPRoute to the Service', () => {
    const traffic = gatewayApi({
      gateway: 'public',
      gatewayNamespace: 'gateways',
      hostname: 'www.example.com',
    })
    expect(synth({ traffic }).find('HTTPRoute')).toMatchObject({
      apiVersion: 'gateway.networking.k8s.io/v1',
      spec: {
        parentRefs: [{ kind: 'Gateway', name: 'public', namespace: 'gateways' }],
        hostnames: ['www.example.com'],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ name: 'web', port: 80, weight: 100 }],
          },
        ],
      },
    })
  })

  it('is an Ingress with class, host, path type and certificate', () => {
    const traffic = ingress({
      className: 'internal',
      hostname: 'www.example.com',
      tlsSecret: 'www-tls',
    })
    expect(synth({ traffic }).find('Ingress')).toMatchObject({
      apiVersion: 'networking.k8s.io/v1',
      spec: {
        ingressClassName: 'internal',
        tls: [{ hosts: ['www.example.com'], secretName: 'www-tls' }],
        rules: [
          {
            host: 'www.example.com',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    })
  })
})

it('can be patched in what no option says, and is checked as patched', () => {
  const { find } = Testing.synth((test) => {
    const web = new HighlyAvailableDeployment(test, 'web', minimal)
    web.deployment.patch(({ spec }) => {
      spec.template.spec.hostname = 'web'
    })
  })
  expect(at(find('Deployment').spec, 'template', 'spec', 'hostname')).toBe('web')

  expect(() =>
    Testing.synth((test) => {
      const web = new HighlyAvailableDeployment(test, 'web', minimal)
      web.service.patch(({ spec }) => {
        spec.selector = { 'app.kubernetes.io/name': 'wbe' }
      })
    }),
  ).toThrow('reference/service-pods')
})
