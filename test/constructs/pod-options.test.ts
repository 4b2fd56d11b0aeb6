import { Duration, Size } from 'cdk8s'
import { Cpu, EnvFieldPaths, EnvValue, Secret } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import {
  anyone,
  app,
  cidr,
  gatewayApi,
  HighlyAvailableDeployment,
  type HighlyAvailableDeploymentProps,
  ingress,
  namespace,
} from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import { IMAGE, minimal } from './fixtures.ts'

const synth = (props: Partial<HighlyAvailableDeploymentProps>) =>
  Testing.synth((test) => new HighlyAvailableDeployment(test, 'web', { ...minimal, ...props }))

const podOf = (props: Partial<HighlyAvailableDeploymentProps>) =>
  // biome-ignore lint/suspicious/noExplicitAny: the assertions below say what is expected of it
  (synth(props).find('Deployment') as any).spec.template.spec

describe('configuration files', () => {
  it('are an immutable ConfigMap named after their content, each mounted by itself', () => {
    const { find } = synth({ files: { '/etc/web/b.yaml': 'b\n', '/etc/web/a.yaml': 'a\n' } })
    const configMap = find('ConfigMap')
    expect(configMap).toMatchObject({ immutable: true, data: { 'a.yaml': 'a\n', 'b.yaml': 'b\n' } })
    expect(configMap.metadata.name).toMatch(/^web-config-[a-z0-9]{10}$/)

    const pod = podOf({ files: { '/etc/web/a.yaml': 'a\n' } })
    expect(pod.containers[0].volumeMounts).toContainEqual({
      name: 'config',
      mountPath: '/etc/web/a.yaml',
      subPath: 'a.yaml',
      readOnly: true,
    })
  })

  it('get another name when one byte changes, and the same in any order', () => {
    const name = (files: Record<string, string>) => synth({ files }).find('ConfigMap').metadata.name
    expect(name({ '/a': '1', '/b': '2' })).toBe(name({ '/b': '2', '/a': '1' }))
    expect(name({ '/a': '1', '/b': '2' })).not.toBe(name({ '/a': '1', '/b': '3' }))
  })

  it('may have the same name in different folders', () => {
    const { find } = synth({ files: { '/etc/one/app.conf': '1', '/etc/two/app.conf': '2' } })
    expect(find('ConfigMap')).toMatchObject({ data: { 'app.conf': '1', '2-app.conf': '2' } })
  })

  it.each(['etc/web.yaml', '/etc/../web.yaml', '/etc/web/'])('cannot be at %j', (path) => {
    expect(() => synth({ files: { [path]: '' } })).toThrow('must be named by an absolute path')
  })
})

describe('the environment of a container', () => {
  it('takes literals, fields of the pod and existing Secrets, sorted by name', () => {
    const { find } = Testing.synth((test) => {
      const secret = Secret.fromSecretName(test, 'db', 'db-credentials')
      new HighlyAvailableDeployment(test, 'web', {
        ...minimal,
        env: {
          ZONE: 'a',
          POD_IP: EnvValue.fromFieldRef(EnvFieldPaths.POD_IP),
          DB_PASSWORD: EnvValue.fromSecretValue({ secret, key: 'password' }),
        },
      })
    })
    expect(find('Deployment')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                env: [
                  {
                    name: 'DB_PASSWORD',
                    valueFrom: { secretKeyRef: { name: 'db-credentials', key: 'password' } },
                  },
                  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
                  { name: 'ZONE', value: 'a' },
                ],
              },
            ],
          },
        },
      },
    })
  })

  it('mounts existing Secrets as folders that only the app can read', () => {
    const { find } = Testing.synth((test) => {
      const secret = Secret.fromSecretName(test, 'db', 'db-credentials')
      new HighlyAvailableDeployment(test, 'web', {
        ...minimal,
        secretFiles: { '/etc/secrets/db': secret },
      })
    })
    expect(find('Deployment')).toMatchObject({
      spec: {
        template: {
          spec: {
            volumes: expect.arrayContaining([
              {
                name: 'secret-etc-secrets-db',
                secret: { secretName: 'db-credentials', defaultMode: 0o440 },
              },
            ]),
          },
        },
      },
    })
  })
})

describe('resources', () => {
  it.each([
    { cpu: '100m', memory: '256Mi', limit: '1' },
    { cpu: '500m', memory: '1024Mi', limit: '2' },
    { cpu: Cpu.millis(1500), memory: Size.gibibytes(1), limit: '6' },
  ] as const)(
    'give CPU $cpu a generous limit, and memory no more than was reserved',
    ({ cpu, memory, limit }) => {
      const { requests, limits } = podOf({ resources: { cpu, memory } }).containers[0].resources
      expect(limits.cpu).toBe(limit)
      expect(limits.memory).toBe(requests.memory)
      expect(['256Mi', '1Gi']).toContain(requests.memory)
    },
  )

  it('leave the CPU limit out when asked by name', () => {
    const { limits } = podOf({ resources: { cpu: { request: '1', limit: 'none' }, memory: '1Gi' } })
      .containers[0].resources
    expect(limits).not.toHaveProperty('cpu')
  })

  it('report an amount that Kubernetes would refuse', () => {
    expect(() => synth({ resources: { cpu: 'lots' as '1', memory: '1Gi' } })).toThrow(
      /'resources.cpu' must be an amount of CPU.*lots/,
    )
  })
})

describe('shutdown and start', () => {
  it('make the grace period longer than preStop and drain together', () => {
    const pod = podOf({ shutdown: { preStop: Duration.seconds(20), drain: Duration.minutes(2) } })
    expect(pod.terminationGracePeriodSeconds).toBe(20 + 120 + 5)
    expect(pod.containers[0].lifecycle).toEqual({ preStop: { sleep: { seconds: 20 } } })
  })

  it('make the progress deadline longer than two slow starts', () => {
    const { find } = synth({
      health: { ready: '/readyz', live: '/livez', startsWithin: Duration.minutes(10) },
    })
    expect(find('Deployment')).toMatchObject({
      spec: { progressDeadlineSeconds: 2 * 600 + 10 + 120 },
    })
  })

  it('refuse liveness that is a copy of readiness', () => {
    expect(() => synth({ health: { ready: '/health', live: '/health' } })).toThrow(
      "'health.live' is the same as",
    )
  })

  it.each([
    [{ tcp: true } as const, { tcpSocket: { port: 'http' } }],
    [{ grpc: 'live', port: 9090 }, { grpc: { service: 'live', port: 9090 } }],
    [{ exec: ['/bin/check'] }, { exec: { command: ['/bin/check'] } }],
    [{ http: '/live', port: 8081 }, { httpGet: { path: '/live', port: 8081 } }],
  ])('ask by %j', (live, expected) => {
    // Asked on a port of its own, which the container then also has to declare.
    const { find } = Testing.synth((test) => {
      new HighlyAvailableDeployment(test, 'web', {
        ...minimal,
        health: { ready: '/readyz', live },
      }).deployment.patch((deployment) => {
        const [container] = deployment.spec.template.spec.containers
        for (const containerPort of [8081, 9090]) container?.ports.push({ containerPort } as never)
      })
    })
    expect(find('Deployment')).toMatchObject({
      spec: { template: { spec: { containers: [{ livenessProbe: expected }] } } },
    })
  })
})

describe('containers beside the main one', () => {
  it('start before it, sidecars first, and are restricted alike', () => {
    const small = { image: IMAGE, resources: { cpu: '50m', memory: '64Mi' } } as const
    const pod = podOf({
      initContainers: { migrate: { ...small, command: ['/migrate'] } },
      sidecars: { proxy: { ...small, started: { path: '/ready', port: 9000 } } },
    })
    expect(pod.initContainers).toMatchObject([
      {
        name: 'proxy',
        restartPolicy: 'Always',
        startupProbe: { httpGet: { path: '/ready', port: 9000 } },
      },
      { name: 'migrate', command: ['/migrate'] },
    ])
    for (const container of pod.initContainers) {
      expect(container.securityContext).toEqual(pod.containers[0].securityContext)
    }
  })
})

describe('the network policy', () => {
  it('lets in whom it names, on the port of the app, and out to DNS and whom it names', () => {
    const { find } = synth({
      network: {
        ingressFrom: [app('storefront'), namespace('monitoring', { ports: [9090] })],
        egressTo: [
          app('search', { namespace: 'catalog' }),
          cidr('203.0.113.0/24', { ports: [443] }),
        ],
      },
    })
    expect(find('NetworkPolicy').spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'web' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'storefront' } } }],
          ports: [{ port: 8080, protocol: 'TCP' }],
        },
        {
          from: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
          ],
          ports: [{ port: 9090, protocol: 'TCP' }],
        },
      ],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        {
          to: [
            {
              podSelector: { matchLabels: { 'app.kubernetes.io/name': 'search' } },
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'catalog' } },
            },
          ],
        },
        { to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    })
  })

  it('lets nobody in when nobody is named, and anybody when that is said', () => {
    expect(synth({}).find('NetworkPolicy').spec).not.toHaveProperty('ingress')
    expect(
      synth({ network: { ingressFrom: [anyone()] } }).find('NetworkPolicy').spec,
    ).toMatchObject({
      ingress: [{ ports: [{ port: 8080, protocol: 'TCP' }] }],
    })
  })
})

describe('the identity of the pods', () => {
  it('is one of their own, without a token unless they talk to the API', () => {
    const { find } = synth({})
    expect(find('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false })
    expect(podOf({})).toMatchObject({
      serviceAccountName: 'web',
      automountServiceAccountToken: false,
    })
    expect(JSON.stringify(podOf({}))).not.toContain('serviceAccountToken')

    const volume = podOf({ kubernetesApi: true }).volumes.find(
      ({ name }: { name: string }) => name === 'kubernetes-api',
    )
    expect(volume.projected.sources[0]).toEqual({
      serviceAccountToken: { path: 'token', expirationSeconds: 3600 },
    })
  })
})

describe('an adopted Deployment', () => {
  const adopt = {
    name: 'catalog-web',
    selector: { app: 'catalog' },
    template: {
      metadata: { labels: { app: 'catalog' } },
      spec: { containers: [{ name: 'web', image: IMAGE, resources: { requests: { cpu: '1' } } }] },
    },
  }
  const waived = (props: Partial<HighlyAvailableDeploymentProps>) => {
    const { objects } = Testing.synth((test) => {
      new HighlyAvailableDeployment(test, 'catalog', { ...minimal, ...props })
    })
    return (kind: string) => objects.find((object) => object.kind === kind)
  }

  it('keeps its name, its selector and, for the move, its pods', () => {
    const find = waived({ adopt })
    expect(find('Deployment')).toMatchObject({
      metadata: { name: 'catalog-web' },
      spec: { selector: { matchLabels: { app: 'catalog' } } },
    })
    expect(find('Deployment')?.spec).toHaveProperty('template', adopt.template)
  })

  it('is what the Service, the budget and the network policy select', () => {
    const find = waived({ adopt })
    expect(find('Service')?.spec).toMatchObject({
      selector: { app: 'catalog' },
      ports: [{ targetPort: 8080 }],
    })
    expect(find('PodDisruptionBudget')?.spec).toMatchObject({
      selector: { matchLabels: { app: 'catalog' } },
    })
    expect(find('NetworkPolicy')?.spec).toMatchObject({
      podSelector: { matchLabels: { app: 'catalog' } },
    })
  })

  it('gives other checkers no reason for what its old pods lack', () => {
    const find = waived({ adopt })
    expect(JSON.stringify(find('Deployment')?.metadata.annotations)).not.toMatch(
      /probe|CKV_K8S_[89]|pullPolicy|priorityClass/i,
    )
  })

  it('gets what the options say once its template is taken out, still under its own selector', () => {
    const find = waived({ adopt: { name: adopt.name, selector: adopt.selector } })
    expect(find('Deployment')).toMatchObject({
      spec: {
        selector: { matchLabels: { app: 'catalog' } },
        template: { metadata: { labels: { app: 'catalog', 'app.kubernetes.io/name': 'catalog' } } },
      },
    })
  })
})

describe('options that nobody compiled', () => {
  const without = (option: keyof HighlyAvailableDeploymentProps) => {
    const { [option]: _, ...props } = minimal
    return () =>
      Testing.synth(
        (test) =>
          new HighlyAvailableDeployment(test, 'web', props as HighlyAvailableDeploymentProps),
      )
  }

  it.each(['image', 'resources'] as const)('are asked for by name: %s', (option) => {
    expect(without(option)).toThrow('must be given')
    expect(without(option)).not.toThrow('undefined')
  })

  it.each([0, -1, 80.5, 65_536])('cannot make %j a port', (port) => {
    expect(() => synth({ port })).toThrow("'port' must be a whole number from 1 to 65535")
  })
})

describe('the host of a route', () => {
  const routers = [
    ['Gateway API', (hostname: string) => gatewayApi({ gateway: 'public', hostname })],
    [
      'Ingress',
      (hostname: string) => ingress({ className: 'nginx', tlsSecret: 'web-tls', hostname }),
    ],
  ] as const

  it.each(routers)('is a host and no URL: %s', (_, traffic) => {
    for (const wrong of ['https://www.example.com/', 'www.example.com:443', 'WWW.Example.com']) {
      expect(() => synth({ traffic: traffic(wrong) })).toThrow(
        `'traffic.hostname' must be the name of a host, in lower case, without scheme, port and path, got "${wrong}"`,
      )
      expect(() => synth({ traffic: traffic(wrong) })).toThrow(
        "Write `hostname: 'www.example.com'`",
      )
    }
    expect(() => synth({ traffic: traffic('*.example.com') })).not.toThrow()
  })
})

describe('options that only the compiler would notice', () => {
  it('are reported when there is no such option, with the one that was meant', () => {
    const misspelt = {
      shutdwon: { drain: Duration.minutes(2) },
    } as Partial<HighlyAvailableDeploymentProps>
    expect(() => synth(misspelt)).toThrow(
      "'shutdwon' is not an option here\n      → Write `shutdown`",
    )
  })

  it('are reported when replicas are a number', () => {
    const replicas = 3 as never
    expect(() => synth({ replicas })).toThrow(
      "'replicas' must be made by fixed() or autoscale(), got 3\n      → Write `replicas: fixed(3)`",
    )
  })
})
