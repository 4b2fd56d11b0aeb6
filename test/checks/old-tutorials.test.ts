import { describe, expect, it } from 'vitest'
import { checkObjects } from '../../checks/check-objects.ts'
import { everyRule } from '../../checks/every-rule.ts'
import { simulateFailures } from '../../checks/simulate-failures.ts'
import { readManifests } from '../../manifests/read-yaml.ts'
import { UnreadableManifestError } from '../../manifests/unreadable-manifest-error.ts'

/** Manifests as tutorials of some years ago have them. Each says something that is wrong today. */

const objectsOf = (yaml: string) =>
  readManifests(yaml, 'tutorial.yaml').flatMap(({ object }) => object ?? [])

/** What is found in them, as `<rule> <field>`. */
const found = (yaml: string): string[] =>
  checkObjects(
    objectsOf(yaml).map((object) => ({ object })),
    { rules: everyRule, targetVersions: ['1.36'], partial: true },
  ).map(({ rule, field }) => (field === undefined ? rule : `${rule} ${field}`))

const deployment = (name: string, replicas: number, pod: string, strategy = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
${strategy}
  template:
    metadata: { labels: { app: ${name} } }
    spec:
${pod.replaceAll(/^(?=.)/gm, '      ')}
`

const container = (fields = '') => `containers:
  - name: web
    image: registry.example.com/web:1.4
${fields.replaceAll(/^(?=.)/gm, '    ')}`

const apart = (kind: 'required' | 'preferred', key: string) => `affinity:
  podAntiAffinity:
    ${
      kind === 'required'
        ? `requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: ${key}
        labelSelector: { matchLabels: { app: web } }`
        : `preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: ${key}
          labelSelector: { matchLabels: { app: web } }`
    }
`

const ZONE = 'topology.kubernetes.io/zone'

describe('A lock', () => {
  it("in the control plane's etcd is found", () => {
    const env = 'env: [{ name: LOCKS, value: "https://etcd-main.kube-system:2379" }]'
    expect(found(deployment('worker', 2, container(env)))).toContain(
      'lock/no-control-plane-etcd spec.template.spec.containers[0].env[0]',
    )
  })

  it('on a ConfigMap is found: elections are held on Leases', () => {
    const lock = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: consumer-lock
  namespace: shop
  annotations: { control-plane.alpha.kubernetes.io/leader: '{"holderIdentity":"consumer-1"}' }
`
    expect(found(lock).join()).toContain('lock/configmap-lock')
  })
})

describe('One pod', () => {
  const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: watcher, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: watcher }
subjects: [{ kind: ServiceAccount, name: watcher }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: watcher, namespace: shop }
rules: [{ apiGroups: [''], resources: [pods], verbs: [list, delete] }]
`

  it('of a Deployment is no singleton: a controller runs twice while it is updated', () => {
    const controller = deployment('watcher', 1, `serviceAccountName: watcher\n${container()}`)
    expect(found(controller + binding)).toContain('controller/one-replica-rolling spec.strategy')
    expect(simulateFailures(objectsOf(controller)).workloads[0]?.atMin.update?.total).toBe(2)
  })

  it('of a controller that deletes pods passes by every disruption budget', () => {
    expect(found(binding)).toContain('rbac/pod-delete rules[0]')
  })

  it('of a controller in shell never hears that it should end', () => {
    const script = container('command: ["sh", "/watcher/config-watcher.sh"]')
    expect(found(deployment('watcher', 1, script))).toContain(
      'pid1/shell-wrapper spec.template.spec.containers[0].command',
    )
  })

  it('of a StatefulSet waits for a person when its node is lost', () => {
    const zookeeper = deployment('zk', 1, container())
      .replace('kind: Deployment', 'kind: StatefulSet')
      .replace('replicas: 1', 'replicas: 1\n  serviceName: zk')
    expect(found(zookeeper)).toContain('singleton/manual-recovery spec.replicas')
    expect(simulateFailures(objectsOf(zookeeper)).workloads[0]?.atMin.recovery).toEqual({
      by: 'person',
    })
  })
})

describe('A disruption budget', () => {
  const budget = (apiVersion: string, spec: string) => `---
apiVersion: ${apiVersion}
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { ${spec}, selector: { matchLabels: { app: web } } }
`

  it('of policy/v1beta1 is refused since Kubernetes 1.25', () => {
    const all = deployment('web', 5, container()) + budget('policy/v1beta1', 'minAvailable: 3')
    expect(found(all)).toContain('schema/removed-kind')
  })

  it.each([
    [3, 'minAvailable: 3', 'no-disruption-allowed'],
    [3, 'maxUnavailable: 0', 'no-disruption-allowed'],
    [5, 'minAvailable: 3', undefined],
    [3, 'minAvailable: 2', undefined],
  ])('over %i pods with %s keeps nodes only if it is exhausted (%s)', (pods, spec, blocked) => {
    const all = deployment('web', pods, container()) + budget('policy/v1', spec)
    const rules = found(all).filter((finding) => finding.startsWith('pdb/never-evictable'))
    expect(rules).toHaveLength(blocked === undefined ? 0 : 1)
    expect(simulateFailures(objectsOf(all)).workloads[0]?.atMin.drain.blocked).toBe(blocked)
  })

  it('twice over the same pods makes every eviction fail', () => {
    const two =
      budget('policy/v1', 'minAvailable: 2') +
      budget('policy/v1', 'maxUnavailable: 1').replace('name: web,', 'name: web-2,')
    expect(found(deployment('web', 3, container()) + two)).toContain('pdb/two-for-one-pod')
  })
})

describe('Spreading', () => {
  const spread = (selector: string, maxSkew = 1) => `topologySpreadConstraints:
  - maxSkew: ${maxSkew}
    topologyKey: ${ZONE}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: { app: ${selector} } }
${container()}`

  it('by the labels of another app does nothing', () => {
    expect(found(deployment('web', 10, spread('express-test')))).toContain(
      'spread/selector-self spec.template.spec.topologySpreadConstraints[0].labelSelector',
    )
    expect(found(deployment('web', 10, spread('web'))).join()).not.toContain('selector-self')
  })

  it('may be as uneven as one likes: there is no upper limit of 10', () => {
    expect(found(deployment('web', 30, spread('web', 12))).join()).not.toContain(
      'invalid-constraint',
    )
    expect(found(deployment('web', 30, spread('web', 0))).join()).toContain('invalid-constraint')
  })

  it('that requires a zone for each of three pods hangs every update', () => {
    const three = deployment('web', 3, apart('required', ZONE) + container())
    expect(found(three).join()).toContain('spread/required-surge-deadlock')
    expect(simulateFailures(objectsOf(three)).workloads[0]?.atMin.update?.hangs).toBe(true)
  })

  it('that requires a zone for each of four pods leaves one without a place', () => {
    const four = deployment('web', 4, apart('required', ZONE) + container())
    expect(found(four).join()).toContain('spread/too-few-zones')
    expect(simulateFailures(objectsOf(four)).workloads[0]?.atMin).toMatchObject({
      pods: 4,
      running: 3,
    })
  })

  it('that prefers them does neither', () => {
    const four = deployment('web', 4, apart('preferred', ZONE) + container())
    expect(found(four).join()).not.toMatch(/required-surge-deadlock|too-few-zones/)
  })
})

describe('An autoscaler', () => {
  const autoscaler = (apiVersion: string, target: string) => `---
apiVersion: ${apiVersion}
kind: HorizontalPodAutoscaler
metadata: { name: numbers, namespace: shop }
spec:
  minReplicas: 1
  maxReplicas: 5
  scaleTargetRef: { apiVersion: ${target}, kind: Deployment, name: numbers }
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]
`
  const target = deployment('numbers', 1, container())

  it('of autoscaling/v2beta2 is refused since Kubernetes 1.26', () => {
    expect(found(target + autoscaler('autoscaling/v2beta2', 'apps/v1'))).toContain(
      'schema/removed-kind',
    )
  })

  it('finds no Deployment of extensions/v1beta1', () => {
    expect(found(target + autoscaler('autoscaling/v2', 'extensions/v1beta1'))).toContain(
      'hpa/target spec.scaleTargetRef',
    )
  })

  it('beside a number in Git, without requests, down to one pod, is three mistakes', () => {
    expect(found(target + autoscaler('autoscaling/v2', 'apps/v1'))).toEqual(
      expect.arrayContaining([
        'hpa/with-replicas spec.replicas',
        'hpa/requests-missing spec.metrics[0]',
        'hpa/min-replicas spec.minReplicas',
      ]),
    )
  })

  it('of requests that evicts says so: Auto is deprecated', () => {
    const vertical = `
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: { name: numbers, namespace: shop }
spec: { targetRef: { apiVersion: apps/v1, kind: Deployment, name: numbers }, updatePolicy: { updateMode: Auto } }
`
    expect(found(vertical)).toContain('vpa/auto-deprecated spec.updatePolicy.updateMode')
  })
})

describe('A probe', () => {
  it('that runs a command has one second, unless it says more', () => {
    const exec = 'readinessProbe: { exec: { command: [/bin/check-all] }, periodSeconds: 10 }'
    expect(found(deployment('web', 2, container(exec))).join()).toContain(
      'probe/exec-timeout spec.template.spec.containers[0].readinessProbe.timeoutSeconds',
    )
  })

  it('that waits before it looks is no startup probe', () => {
    const delayed =
      'livenessProbe: { httpGet: { path: /livez, port: 8080 }, initialDelaySeconds: 10 }'
    expect(found(deployment('web', 2, container(delayed))).join()).toContain(
      'probe/startup-missing',
    )
  })

  it('has four ways to ask, gRPC among them', () => {
    const grpc = 'readinessProbe: { grpc: { port: 9000 } }'
    expect(found(deployment('web', 2, container(grpc))).join()).not.toContain('probe/handler')
  })
})

describe('A manifest', () => {
  it('of a CustomResourceDefinition as it was until 1.22 is refused', () => {
    const definition = `
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: { name: databases.example.com }
spec: { group: example.com, version: v1, names: { kind: Database, plural: databases } }
`
    expect(found(definition)).toContain('schema/removed-kind')
  })

  it('whose lines stand too far to the right is no YAML', () => {
    const indented = 'apiVersion: v1\nkind: ConfigMap\n metadata:\n  name: x\n'
    expect(() => found(indented)).toThrow(UnreadableManifestError)
  })

  it("that mounts Docker's socket is found: nodes have none any more", () => {
    const socket = `volumes: [{ name: docker, hostPath: { path: /var/run/docker.sock } }]\n${container()}`
    expect(found(deployment('builder', 1, socket)).join()).toContain('pod/docker-sock')
  })
})
