import { Size } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import { neverWithout } from '../../constructs/drains.ts'
import { gatewayApi } from '../../constructs/gateway-api.ts'
import { type AtMostOneProps, atMostOne } from '../../constructs/guarantee.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import type { VolumeClaimProps } from '../../constructs/volume-claim.ts'
import { goldenYaml } from './golden-yaml.ts'
import { complaints, listening, synth, worker } from './singleton-fixtures.ts'

const volumes = { data: { path: '/var/lib/search', size: Size.gibibytes(20) } } as const

const search = (guarantee: AtMostOneProps = {}) =>
  synth(
    (test) =>
      new SingletonService(test, 'search', { ...listening, guarantee: atMostOne(guarantee) }),
  )

describe('A singleton of which there is at most one', () => {
  it('is a StatefulSet of one pod that is replaced only when it has gone', () => {
    const { find } = search({ volumes })
    expect(find('StatefulSet').spec).toMatchObject({
      replicas: 1,
      serviceName: 'search-headless',
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      selector: {
        matchLabels: { 'app.kubernetes.io/name': 'search', 'app.kubernetes.io/instance': 'search' },
      },
      template: { spec: { terminationGracePeriodSeconds: 45 } },
    })
  })

  it('has a volume that one pod may write, and that outlives everything', () => {
    const { spec } = search({ volumes }).find('StatefulSet')
    expect(spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      template: {
        spec: {
          containers: [
            {
              volumeMounts: expect.arrayContaining([
                { name: 'data', mountPath: '/var/lib/search' },
              ]),
            },
          ],
        },
      },
    })
    expect((spec as { volumeClaimTemplates: unknown }).volumeClaimTemplates).toEqual([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        // No label that a release could change: no field of it ever can.
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOncePod'],
          resources: { requests: { storage: '20Gi' } },
          volumeMode: 'Filesystem',
        },
      },
    ])
  })

  it('has a headless Service with the port of the pod, and for callers one with an address', () => {
    const { find } = search()
    expect(find('Service', 'search-headless').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'http', port: 8080, targetPort: 8080 }],
    })
    expect(find('Service', 'search').spec).toMatchObject({
      ports: [{ port: 80, targetPort: 'http' }],
    })
    expect(find('Service', 'search').spec).not.toHaveProperty('clusterIP')
  })

  it('has only a name when it does not listen', () => {
    const { objects, find } = synth(
      (test) => new SingletonService(test, 'importer', { ...worker, guarantee: atMostOne() }),
    )
    expect(objects.filter(({ kind }) => kind === 'Service')).toHaveLength(1)
    expect(find('Service').spec).toMatchObject({ clusterIP: 'None' })
    expect(find('Service').spec).not.toHaveProperty('ports')
    expect(find('StatefulSet').spec).not.toHaveProperty('volumeClaimTemplates')
  })

  it('lets drains go on, and has no autoscaler', () => {
    const { objects, find } = search()
    expect(find('PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    })
    expect(objects.map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler')
  })

  it('says on its objects who must act when its node dies', () => {
    const { find, findings } = search()
    const annotation = 'waiver.lockstep.dev/singleton.manual-recovery'
    expect(find('StatefulSet').metadata.annotations?.[annotation]).toContain(
      'node.kubernetes.io/out-of-service',
    )
    expect(findings.every(({ waived }) => waived !== undefined)).toBe(true)
  })

  it('blocks drains only when asked to by name, and then says what must be done first', () => {
    const { find } = synth(
      (test) =>
        new SingletonService(test, 'search', {
          ...listening,
          guarantee: atMostOne({ volumes }),
          drains: neverWithout('the storage team moves the volume'),
        }),
    )
    const { metadata, spec } = find('PodDisruptionBudget')
    expect(spec).toMatchObject({ maxUnavailable: 0 })
    expect(metadata.annotations?.['waiver.lockstep.dev/pdb.never-evictable']).toContain(
      'the storage team moves the volume',
    )
  })

  it('refuses to block drains for no reason', () => {
    expect(
      complaints(
        (test) =>
          new SingletonService(test, 'search', {
            ...listening,
            guarantee: atMostOne(),
            drains: neverWithout(' '),
          }),
      ),
    ).toContain(
      "'drains.neverWithout' must be a text that says who does what before the pod may go",
    )
  })

  it('keeps the name, selector and governing Service of a StatefulSet that it takes over', () => {
    const selector = { app: 'search' }
    const { find, objects } = synth(
      (test) =>
        new SingletonService(test, 'search', {
          ...listening,
          guarantee: atMostOne({ volumes, serviceName: 'search' }),
          adopt: { name: 'search-index', selector },
        }),
    )
    expect(find('StatefulSet')).toMatchObject({
      metadata: { name: 'search-index' },
      spec: { serviceName: 'search', selector: { matchLabels: selector } },
    })
    expect(objects.filter(({ kind }) => kind === 'Service')).toHaveLength(1)
    expect(find('Service').spec).toMatchObject({ clusterIP: 'None', selector })
  })

  it('is reached from outside by the Service with an address', () => {
    const { find } = synth(
      (test) =>
        new SingletonService(test, 'search', {
          ...listening,
          guarantee: atMostOne(),
          traffic: gatewayApi({
            gateway: 'public',
            gatewayNamespace: 'gateways',
            hostname: 'search.example.com',
          }),
        }),
    )
    expect(find('HTTPRoute').spec).toMatchObject({
      rules: [{ backendRefs: [{ name: 'search', port: 80 }] }],
    })
  })

  it('may have a name of 52 characters, and of no more', () => {
    const named = (name: string) =>
      complaints(
        (test) => new SingletonService(test, name, { ...listening, guarantee: atMostOne() }),
      )
    expect(named('a'.repeat(52))).toBe('')
    expect(named('a'.repeat(53))).toContain('must have at most 52 characters (has 53)')
  })

  it.each<[string, VolumeClaimProps, string]>([
    [
      'a relative path',
      { path: 'data', size: '1Gi' },
      "'guarantee.volumes.data.path' must be an absolute path",
    ],
    [
      'a path through others',
      { path: '/var/../data', size: '1Gi' },
      "'guarantee.volumes.data.path' must be an absolute path",
    ],
    [
      'a slash at its end',
      { path: '/data/', size: '1Gi' },
      "'guarantee.volumes.data.path' must be an absolute path",
    ],
    [
      'the root',
      { path: '/', size: '1Gi' },
      "'guarantee.volumes.data.path' must be an absolute path",
    ],
    ['no quantity', { path: '/data', size: 'muchGi' as '1Gi' }, "'guarantee.volumes.data.size'"],
  ])('refuses a volume with %s', (_, data, message) => {
    expect(
      complaints(
        (test) =>
          new SingletonService(test, 'search', {
            ...listening,
            guarantee: atMostOne({ volumes: { data } }),
          }),
      ),
    ).toContain(message)
  })

  it('refuses a volume whose name cannot be part of a claim', () => {
    expect(
      complaints(
        (test) =>
          new SingletonService(test, 'search', {
            ...listening,
            guarantee: atMostOne({ volumes: { My_Data: { path: '/data', size: '1Gi' } } }),
          }),
      ),
    ).toContain("'guarantee.volumes' must have only lower-case letters")
  })

  it.each([
    ['a port without health', { port: 8080 }, "'health' must be given for an app that listens"],
    ['health by a port that it has not', { health: listening.health }, "'health' asks a port"],
    [
      'traffic without a port',
      { traffic: gatewayApi({ gateway: 'public', hostname: 'search.example.com' }) },
      "'traffic' is given for an app that does not listen",
    ],
  ])('refuses %s', (_, props, message) => {
    expect(
      complaints(
        (test) =>
          new SingletonService(test, 'search', { ...worker, ...props, guarantee: atMostOne() }),
      ),
    ).toContain(message)
  })

  it('may be asked by a program when it does not listen', () => {
    const { find } = synth(
      (test) =>
        new SingletonService(test, 'importer', {
          ...worker,
          health: { ready: { exec: ['/bin/ready'] }, live: 'none' },
          guarantee: atMostOne(),
        }),
    )
    expect(find('StatefulSet').spec).toMatchObject({
      template: {
        spec: { containers: [{ readinessProbe: { exec: { command: ['/bin/ready'] } } }] },
      },
    })
  })

  it('has every object at hand, to be patched', () => {
    const { find } = synth((test) => {
      const { statefulSet, service, headlessService, deployment, lease, volumeClaims } =
        new SingletonService(test, 'search', { ...listening, guarantee: atMostOne({ volumes }) })
      statefulSet?.patch(({ spec }) => {
        spec.minReadySeconds = 30
      })
      expect([deployment, lease, volumeClaims]).toEqual([undefined, undefined, {}])
      expect([service?.name, headlessService?.name]).toEqual(['search', 'search-headless'])
    })
    expect(find('StatefulSet').spec).toMatchObject({ minReadySeconds: 30 })
  })

  it('is written as it was', async () => {
    await expect(goldenYaml(search({ volumes }))).toMatchFileSnapshot(
      './__snapshots__/g15-at-most-one.yaml',
    )
  })
})
