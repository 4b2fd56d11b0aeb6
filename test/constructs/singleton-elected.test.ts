import { Duration } from 'cdk8s'
import { ServiceAccount } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import type { ElectedProps } from '../../constructs/elected-props.ts'
import { elected } from '../../constructs/guarantee.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import type { SingletonServiceProps } from '../../constructs/singleton-service-props.ts'
import { Testing } from '../../constructs/testing.ts'
import { LEAST_TTL_SECONDS } from '../../leases/lock-timing.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { goldenYaml } from './golden-yaml.ts'
import { complaints, LOCKSTEP_IMAGE, listening, synth, worker } from './singleton-fixtures.ts'

const ledger = (guarantee: ElectedProps, props: Partial<SingletonServiceProps> = {}) =>
  synth(
    (test) =>
      new SingletonService(test, 'ledger', {
        ...listening,
        ...props,
        guarantee: elected(guarantee),
      }),
  )

const refused = (guarantee: ElectedProps, props: Partial<SingletonServiceProps> = {}) =>
  complaints(
    (test) =>
      new SingletonService(test, 'ledger', {
        ...listening,
        ...props,
        guarantee: elected(guarantee),
      }),
  )

interface Container {
  readonly name: string
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts?: readonly { readonly name: string }[]
  readonly [field: string]: unknown
}

interface PodSpec {
  readonly containers: readonly [Container]
  readonly initContainers?: readonly Container[]
  readonly volumes: readonly { readonly name: string }[]
  readonly shareProcessNamespace?: boolean
}

const podOf = ({ spec }: KubernetesObject): PodSpec =>
  (spec as { template: { spec: PodSpec } }).template.spec

const electorOf = (deployment: KubernetesObject): Container => {
  const elector = podOf(deployment).initContainers?.[0]
  if (elector?.name !== 'lockstep-elector') throw new Error('no elector before all others')
  return elector
}

const TOKEN = 'kubernetes-api'
const everyWork = ['requests', 'supervised', 'cooperative'] as const

describe.each(everyWork)('An elected singleton, work: %s', (work) => {
  it('has a Lease without a spec, so that no sync fights for it, and none ever prunes it', () => {
    for (const name of ['ledger', 'ledger.queue']) {
      const lease = ledger({ work }).find('Lease', name)
      expect(lease).not.toHaveProperty('spec')
      expect(lease.metadata).toMatchObject({
        annotations: {
          'kustomize.toolkit.fluxcd.io/prune': 'disabled',
          'argocd.argoproj.io/sync-options': 'Prune=false',
          'lockstep.dev/lock-mode': 'fenced',
        },
      })
    }
  })

  it('has its tokens guarded, from the Kubernetes on that can', () => {
    const guard = 'ledger.test.guard.lockstep.dev'
    const { find } = ledger({ work })
    expect(find('ValidatingAdmissionPolicyBinding', guard).spec).toMatchObject({
      policyName: guard,
    })
    const { objects } = synth(
      (test) => {
        new SingletonService(test, 'ledger', {
          ...listening,
          guarantee: elected({ work: 'cooperative' }),
        })
      },
      { targetVersion: '1.29' },
    )
    expect(objects.map(({ kind }) => kind)).not.toContain('ValidatingAdmissionPolicy')
  })

  it('may get, update and watch its Leases, and create none', () => {
    const { find } = ledger({ work })
    const { rules } = find('Role') as unknown as { rules: readonly object[] }
    expect(rules[0]).toEqual({
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['ledger', 'ledger.queue'],
      verbs: ['get', 'update', 'watch'],
    })
    expect(find('RoleBinding')).toMatchObject({
      roleRef: { kind: 'Role', name: 'ledger-elector' },
      subjects: [{ kind: 'ServiceAccount', name: 'ledger', namespace: 'test' }],
    })
  })

  it('lets its elector know which cluster it is of, by which tokens are told apart', () => {
    const { find } = ledger({ work })
    const name = 'ledger.test.cluster-identity.lockstep.dev'
    expect(find('ClusterRole', name)).toMatchObject({
      rules: [
        {
          apiGroups: [''],
          resources: ['namespaces'],
          resourceNames: ['kube-system'],
          verbs: ['get'],
        },
      ],
    })
    expect(find('ClusterRoleBinding', name)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'ledger', namespace: 'test' }],
    })
  })

  it('has an elector in a sidecar that is there before all others and says who it is by uid', () => {
    const elector = electorOf(ledger({ work }).find('Deployment'))
    expect(elector).toMatchObject({
      image: LOCKSTEP_IMAGE,
      args: ['elect', `--work=${work}`, '--port=9401'],
      restartPolicy: 'Always',
      env: expect.arrayContaining([
        { name: 'LEASE_NAME', value: 'ledger' },
        {
          name: 'LEASE_NAMESPACE',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
        },
        {
          name: 'POD_UID',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } },
        },
        {
          name: 'POD_NAME',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
        },
        { name: 'LEASE_DURATION', value: '15s' },
        { name: 'RENEW_DEADLINE', value: '10s' },
        { name: 'RETRY_PERIOD', value: '2s' },
      ]),
    })
  })

  it('gives the token to the elector and not to the app, which only learns where to ask', () => {
    const pod = podOf(ledger({ work }).find('Deployment'))
    const [main] = pod.containers
    expect(main.volumeMounts?.map(({ name }) => name)).not.toContain(TOKEN)
    expect(main.env).toEqual([{ name: 'LEADER_URL', value: 'http://127.0.0.1:9401/leader' }])
    expect(pod.initContainers?.[0]?.volumeMounts).toEqual([
      {
        name: TOKEN,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
        readOnly: true,
      },
    ])
  })

  it('may be talked to by nobody, and talk to the API server', () => {
    const { spec } = ledger({ work, apiServer: '203.0.113.7/32' }).find('NetworkPolicy')
    expect(spec).not.toHaveProperty('ingress')
    expect(spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        expect.anything(),
        {
          to: [{ ipBlock: { cidr: '203.0.113.7/32' } }],
          ports: [{ port: 443 }, { port: 6443 }],
        },
      ],
    })
  })

  it('runs two pods unless told otherwise', () => {
    expect(ledger({ work }).find('Deployment').spec).toMatchObject({ replicas: 2 })
    expect(ledger({ work, replicas: 3 }).find('Deployment').spec).toMatchObject({ replicas: 3 })
  })

  it('finds nothing to complain about that it did not choose', () => {
    expect(ledger({ work }).findings.filter(({ waived }) => waived === undefined)).toEqual([])
  })

  it('is written as it was', async () => {
    await expect(goldenYaml(ledger({ work }))).toMatchFileSnapshot(
      `./__snapshots__/g17-elected-${work}.yaml`,
    )
  })
})

describe('An elected singleton for requests', () => {
  it('sends requests to the pod with the label of the leader', () => {
    expect(ledger({ work: 'requests' }).find('Service').spec).toMatchObject({
      selector: {
        'app.kubernetes.io/name': 'ledger',
        'app.kubernetes.io/instance': 'ledger',
        'lockstep.dev/leader': 'true',
      },
    })
  })

  it('keeps the label out of what makes pods, so that only an elector gives it', () => {
    const { spec } = ledger({ work: 'requests' }).find('Deployment')
    expect(JSON.stringify(spec)).not.toContain('lockstep.dev/leader')
  })

  it('starts and is ready whoever leads', () => {
    const elector = electorOf(ledger({ work: 'requests' }).find('Deployment'))
    expect(elector).toMatchObject({
      startupProbe: { httpGet: { path: '/startz' }, failureThreshold: 60 },
      lifecycle: { preStop: { httpGet: { path: '/endz', port: 'elector' } } },
      readinessProbe: { httpGet: { path: '/readyz' } },
    })
  })

  it('replaces one pod after the other, and lets one go', () => {
    const { find } = ledger({ work: 'requests' })
    expect(find('Deployment').spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 600,
    })
    expect(find('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 })
  })

  it('has a policy, named after namespace and app, that holds it to its own pod', () => {
    const { find } = ledger({ work: 'requests' })
    const name = 'ledger.test.elector.lockstep.dev'
    const policy = find('ValidatingAdmissionPolicy', name)
    expect(policy.metadata).not.toHaveProperty('namespace')
    expect(policy).toMatchObject({
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'test' } },
          resourceRules: [{ operations: ['UPDATE'], resources: ['pods'] }],
        },
        matchConditions: [
          { expression: "request.userInfo.username == 'system:serviceaccount:test:ledger'" },
        ],
      },
    })
    expect(find('ValidatingAdmissionPolicyBinding', name)).toMatchObject({
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    })
  })

  it('holds the account that the app runs as', () => {
    const { find } = synth(
      (test) => {
        new SingletonService(test, 'ledger', {
          ...listening,
          serviceAccount: ServiceAccount.fromServiceAccountName(test, 'Shared', 'shared'),
          guarantee: elected({ work: 'requests' }),
        })
      },
      { external: ['ServiceAccount test/shared'] },
    )
    expect(find('RoleBinding')).toMatchObject({ subjects: [{ name: 'shared' }] })
    const policy = find('ValidatingAdmissionPolicy', 'ledger.test.elector.lockstep.dev')
    expect(JSON.stringify(policy.spec)).toContain('system:serviceaccount:test:shared')
  })

  it('needs a port, to which requests can go', () => {
    expect(
      complaints(
        (test) =>
          new SingletonService(test, 'ledger', {
            ...worker,
            guarantee: elected({ work: 'requests' }),
          }),
      ),
    ).toContain("'port' must be given with `work: 'requests'`")
  })

  it('needs a Kubernetes that has admission policies', () => {
    const on = (targetVersion: '1.29' | '1.30', work: 'requests' | 'cooperative') =>
      complaints(
        (test) =>
          new SingletonService(test, 'ledger', { ...listening, guarantee: elected({ work }) }),
        { targetVersion },
      )
    expect(on('1.29', 'requests')).toContain('needs the admission policies of Kubernetes 1.30')
    expect(on('1.29', 'cooperative')).toBe('')
    expect(on('1.30', 'requests')).toBe('')
  })
})

describe('An elected singleton of supervised work', () => {
  it('starts the work only where it leads, and waits for that without end', () => {
    const deployment = ledger({ work: 'supervised' }).find('Deployment')
    expect(electorOf(deployment)).toMatchObject({
      startupProbe: {
        httpGet: { path: '/startz' },
        periodSeconds: 1,
        failureThreshold: 315_360_000,
      },
    })
    // Readiness of the sidecar would be the pod's, and say nothing that the work does not say.
    expect(electorOf(deployment)).not.toHaveProperty('readinessProbe')
  })

  it('lets the elector see the processes of the work, as the same user', () => {
    const pod = podOf(ledger({ work: 'supervised' }).find('Deployment'))
    expect(pod).toMatchObject({
      shareProcessNamespace: true,
      securityContext: { runAsUser: 10001 },
    })
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      expect(container.securityContext).not.toHaveProperty('runAsUser')
    }
  })

  it('may evict its own pod, and label none', () => {
    const { find } = ledger({ work: 'supervised' })
    const { rules } = find('Role') as unknown as { rules: readonly object[] }
    expect(rules[1]).toEqual({ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] })
    const policy = find('ValidatingAdmissionPolicy', 'ledger.test.elector.lockstep.dev')
    expect(policy.spec).toMatchObject({
      matchConstraints: {
        resourceRules: [{ operations: ['CREATE'], resources: ['pods/eviction'] }],
      },
    })
  })

  it('lets the old leader go before the new one is ready, in releases and in drains', () => {
    const { find } = ledger({ work: 'supervised', replicas: 3 })
    expect(find('Deployment').spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } },
    })
    expect(find('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: '100%' })
  })

  it('is never called late, since its standbys are never ready', () => {
    const { metadata, spec } = ledger({ work: 'supervised' }).find('Deployment')
    expect(spec).toMatchObject({ progressDeadlineSeconds: 2_147_483_647 })
    expect(metadata.annotations).toMatchObject({ 'argocd.argoproj.io/ignore-healthcheck': 'true' })
  })

  it('sends requests to whoever is ready, which is the leader', () => {
    expect(ledger({ work: 'supervised' }).find('Service').spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': 'ledger', 'app.kubernetes.io/instance': 'ledger' },
    })
  })

  it('need not listen', () => {
    const { objects } = synth(
      (test) =>
        new SingletonService(test, 'poller', {
          ...worker,
          guarantee: elected({ work: 'supervised' }),
        }),
    )
    expect(objects.map(({ kind }) => kind)).not.toContain('Service')
  })

  it('starts containers of the user only after the elector', () => {
    const { initContainers } = podOf(
      ledger(
        { work: 'supervised' },
        {
          sidecars: { proxy: { ...worker } },
          initContainers: { migrate: { ...worker } },
        },
      ).find('Deployment'),
    )
    expect(initContainers?.map(({ name }) => name)).toEqual([
      'lockstep-elector',
      'proxy',
      'migrate',
    ])
  })
})

describe('An elected singleton that cooperates', () => {
  it('has no rights on pods, and no policy to limit them', () => {
    const { find } = ledger({ work: 'cooperative' })
    expect((find('Role') as unknown as { rules: readonly object[] }).rules).toHaveLength(1)
    expect(find('ValidatingAdmissionPolicy').metadata.name).toBe('ledger.test.guard.lockstep.dev')
  })

  it('answers requests in all pods', () => {
    const { find } = ledger({ work: 'cooperative' })
    expect(JSON.stringify(find('Service').spec)).not.toContain('lockstep.dev/leader')
  })

  it('may hold the election itself: it has the token and the variables, and needs no image of ours', () => {
    const { find } = Testing.synth(
      (test) =>
        new SingletonService(test, 'ledger', {
          ...worker,
          guarantee: elected({ work: 'cooperative', elector: 'app' }),
        }),
    )
    const pod = podOf(find('Deployment'))
    expect(pod.initContainers).toBeUndefined()
    expect(pod.containers[0].env?.map(({ name }) => name)).toEqual([
      'LEASE_DURATION',
      'LEASE_NAME',
      'LEASE_NAMESPACE',
      'POD_NAME',
      'POD_UID',
      'RENEW_DEADLINE',
      'RETRY_PERIOD',
    ])
    expect(pod.containers[0].volumeMounts?.map(({ name }) => name)).toContain(TOKEN)
    expect(find('NetworkPolicy').spec).toMatchObject({
      egress: [expect.anything(), expect.anything()],
    })
  })
})

describe('The token of an app that calls the API', () => {
  it('is a short-lived projected one, where every client library looks, mounted once', () => {
    const result = ledger({ work: 'requests' }, { kubernetesApi: true })
    const pod = podOf(result.find('Deployment'))
    expect(pod).toMatchObject({ automountServiceAccountToken: false })
    expect(result.find('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false })
    expect(pod.volumes.filter(({ name }) => name === TOKEN)).toEqual([
      {
        name: TOKEN,
        projected: {
          defaultMode: 0o444,
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [
                  {
                    path: 'namespace',
                    fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
                  },
                ],
              },
            },
          ],
        },
      },
    ])
    expect(pod.containers[0].volumeMounts?.filter(({ name }) => name === TOKEN)).toHaveLength(1)
  })

  it('is mounted once also where the app holds the election', () => {
    const pod = podOf(
      ledger({ work: 'cooperative', elector: 'app' }, { kubernetesApi: true }).find('Deployment'),
    )
    expect(pod.volumes.filter(({ name }) => name === TOKEN)).toHaveLength(1)
    expect(pod.containers[0].volumeMounts?.filter(({ name }) => name === TOKEN)).toHaveLength(1)
  })
})

describe('The options of an election', () => {
  it('set the times of the lease, and port and resources of the elector', () => {
    const elector = electorOf(
      ledger({
        work: 'requests',
        lease: {
          duration: Duration.seconds(30),
          renewDeadline: Duration.seconds(20),
          retryPeriod: Duration.millis(1500),
        },
        elector: { port: 9500, resources: { cpu: '50m', memory: '64Mi' } },
      }).find('Deployment'),
    )
    expect(elector).toMatchObject({
      args: ['elect', '--work=requests', '--port=9500'],
      ports: [{ containerPort: 9500 }],
      resources: { requests: { cpu: '50m', memory: '64Mi' } },
    })
    expect(elector.env).toEqual(
      expect.arrayContaining([
        { name: 'LEASE_DURATION', value: '30s' },
        { name: 'RENEW_DEADLINE', value: '20s' },
        { name: 'RETRY_PERIOD', value: '1.5s' },
      ]),
    )
  })

  it.each<[string, ElectedProps['lease'], string]>([
    [
      'a lease that ends before its holder gives up',
      { duration: Duration.seconds(10) },
      "'lease.duration' must be longer than renewDeadline (10s)",
    ],
    [
      'a holder that gives up before it could try twice',
      { retryPeriod: Duration.seconds(9) },
      "'lease.renewDeadline' must be longer than 1.2 times retryPeriod (9s)",
    ],
    [
      'a fraction of a second in the Lease',
      { duration: Duration.millis(15_500) },
      "'lease.duration' must be whole seconds",
    ],
    [
      'a lease that our elector cannot hold',
      {
        duration: Duration.seconds(2),
        renewDeadline: Duration.seconds(1),
        retryPeriod: Duration.millis(500),
      },
      `'lease.duration' must be at least ${LEAST_TTL_SECONDS}s`,
    ],
    ['no pause at all', { retryPeriod: Duration.seconds(0) }, "'lease.retryPeriod' must be longer"],
  ])('refuse %s', (_, lease, message) => {
    expect(refused({ work: 'requests', ...(lease && { lease }) })).toContain(message)
  })

  it.each([1, 0, 2.5])('refuse %d replicas', (replicas) => {
    expect(refused({ work: 'cooperative', replicas })).toContain("'guarantee.replicas' must be")
  })

  it('share a folder in memory with the app, which finds a file and a socket there', () => {
    const deployment = ledger({
      work: 'cooperative',
      elector: { folder: '/run/lockstep' },
    }).find('Deployment')
    const { containers, volumes } = podOf(deployment)
    expect(electorOf(deployment).args).toEqual([
      'elect',
      '--work=cooperative',
      '--port=9401',
      '--file=/run/lockstep/leader.json',
      '--socket=/run/lockstep/elector.sock',
    ])
    const mount = { name: 'lockstep-elector', mountPath: '/run/lockstep' }
    expect(electorOf(deployment).volumeMounts).toContainEqual(mount)
    expect(containers[0].volumeMounts).toContainEqual({ ...mount, readOnly: true })
    expect(volumes).toContainEqual({
      name: 'lockstep-elector',
      emptyDir: { medium: 'Memory', sizeLimit: '1Mi' },
    })
    // Nothing in it keeps a node from being taken away.
    const { template } = deployment.spec as { template: { metadata: { annotations: object } } }
    expect(Object.values(template.metadata.annotations)).toEqual(['tmp,lockstep-elector'])
    expect(refused({ work: 'cooperative', elector: { folder: 'run' } })).toContain(
      'must be an absolute path',
    )
  })

  it('refuse the port of the app for the elector', () => {
    const message = refused({ work: 'requests', elector: { port: 8080 } })
    expect(message).toContain("'port' is the port of the elector in the same pod, got 8080")
    expect(message).toContain('`guarantee` takes `elector: { port: 8081 }`')
  })

  it('refuse to keep the template of a workload that has no elector', () => {
    const adopt = {
      name: 'ledger',
      selector: { app: 'ledger' },
      template: { spec: { containers: [] } },
    }
    expect(refused({ work: 'requests' }, { adopt })).toContain("'adopt.template' cannot be kept")
  })

  it('say how to give the image of the elector when the environment has none', () => {
    let message = ''
    try {
      Testing.synth(
        (test) =>
          new SingletonService(test, 'ledger', {
            ...listening,
            guarantee: elected({ work: 'requests' }),
          }),
      )
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain("'lockstepImage' is not set for environment 'test'")
    expect(message).toContain(
      'docker build --file Containerfile --tag registry.example.com/lockstep:0.1 .',
    )
    expect(message).toContain('1 mistake;')
  })
})
