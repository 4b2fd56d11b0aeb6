import { describe, expect, it } from 'vitest'
import {
  autoscale,
  FencingPolicy,
  HighlyAvailableDeployment,
  Lock,
  type LockProps,
  type Namespace,
  SingletonJob,
} from '../../constructs/index.ts'
import { minimal } from './fixtures.ts'
import { goldenYaml } from './golden-yaml.ts'
import { complaints, synth, worker } from './singleton-fixtures.ts'

const CURSOR = { apiVersion: 'v1', kind: 'ConfigMap', name: 'cursor' } as const
const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const
const FLUX = 'system:serviceaccount:flux-system:kustomize-controller'
const AUTOSCALER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler'

const lock = (props?: LockProps) => synth((test) => new Lock(test, 'ledger', props))
const refused = (props: LockProps, define?: (test: Namespace) => unknown) =>
  complaints((test) => {
    define?.(test)
    new Lock(test, 'ledger', props)
  })

describe('A lock', () => {
  it('has a Lease for each slot, the queue and the runs, which no sync empties or prunes', () => {
    const { objects } = lock({ slots: 3 })
    const leases = objects.filter(({ kind }) => kind === 'Lease')
    expect(leases.map(({ metadata }) => metadata.name).sort()).toEqual([
      'ledger',
      'ledger.queue',
      'ledger.runs',
      'ledger.slot-1',
      'ledger.slot-2',
    ])
    for (const lease of leases) {
      expect(lease).not.toHaveProperty('spec')
      expect(lease.metadata.annotations).toEqual({
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        'argocd.argoproj.io/sync-options': 'Prune=false',
        'lockstep.dev/lock-mode': 'fenced',
        ...(lease.metadata.name === 'ledger' && { 'lockstep.dev/slots': '3' }),
      })
    }
  })

  it('may be held by whoever is named, who can make no Lease', () => {
    const { find } = synth(
      (test) => {
        const report = new SingletonJob(test, 'report', {
          ...worker,
          schedule: '0 3 * * *',
          timeZone: 'UTC',
        })
        new Lock(test, 'ledger', { users: [report, 'migrator'] })
      },
      { external: ['ServiceAccount test/migrator'] },
    )
    expect(find('Role', 'ledger-lock')).toMatchObject({
      rules: [
        {
          resources: ['leases'],
          resourceNames: ['ledger', 'ledger.queue', 'ledger.runs'],
          verbs: ['get', 'update', 'watch'],
        },
      ],
    })
    const subjects = [
      { kind: 'ServiceAccount', name: 'report', namespace: 'test' },
      { kind: 'ServiceAccount', name: 'migrator', namespace: 'test' },
    ]
    expect(find('RoleBinding', 'ledger-lock')).toMatchObject({
      roleRef: { kind: 'Role', name: 'ledger-lock' },
      subjects,
    })
    // For their tokens, which name the cluster.
    expect(find('ClusterRoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'ledger.test.cluster-identity.lockstep.dev' },
      subjects,
    })
  })

  it('is bound to nobody unless somebody is named', () => {
    const kinds = lock().objects.map(({ kind }) => kind)
    expect(kinds.filter((kind) => /RoleBinding|ClusterRole/.test(kind))).toEqual([])
  })

  it('is open to electors of client-go if it is declared so, with its tokens guarded all the same', () => {
    const fenced = JSON.stringify(lock().find('ValidatingAdmissionPolicy').spec)
    const { find } = lock({ mode: 'interop' })
    const interop = JSON.stringify(find('ValidatingAdmissionPolicy').spec)
    expect(fenced).toContain('Lock ledger is fenced')
    expect(interop).not.toContain('Lock ledger is fenced')
    expect(interop).toContain('The fencing token of this Lease changes with its holder')
    expect(find('Lease', 'ledger').metadata.annotations).toMatchObject({
      'lockstep.dev/lock-mode': 'interop',
    })
  })

  it('has every object at hand, to be patched', () => {
    const { find } = synth((test) => {
      const { leases, queueLease, runsLease, role, guard, fence } = new Lock(test, 'ledger', {
        protects: [CURSOR],
      })
      expect(leases).toHaveLength(1)
      for (const object of [
        queueLease,
        runsLease,
        role,
        guard.binding,
        fence?.objectRule.policy,
        fence?.leaseRule.policy,
      ]) {
        expect(object?.name).toContain('ledger')
      }
      guard.policy.patch(({ spec }) => {
        spec.failurePolicy = 'Ignore'
      })
    })
    expect(find('ValidatingAdmissionPolicy', 'ledger.test.guard.lockstep.dev').spec).toMatchObject({
      failurePolicy: 'Ignore',
    })
  })

  it('that protects an object is written as it was', async () => {
    const { objects, findings } = lock({ protects: [CURSOR], users: [] })
    expect(findings).toEqual([])
    await expect(goldenYaml({ objects } as ReturnType<typeof lock>)).toMatchFileSnapshot(
      './__snapshots__/g26-lock.yaml',
    )
  })

  it.each<[LockProps, string]>([
    [{ slots: 0 }, "'slots' must be a whole number from 1 to 100"],
    [{ slots: 2, protects: [CURSOR] }, "'protects' is given with 2 slots"],
    [{ mode: 'interop', protects: [CURSOR] }, "'protects' is given with `mode: 'interop'`"],
    [{ protects: [] }, "'protects' must be a list with an object in it"],
    [
      { protects: [{ apiVersion: 'v1', kind: 'Node', name: 'a' }] },
      "'protects[0]' is of a kind that belongs to no namespace",
    ],
    [
      { sharedWith: [{ user: FLUX, risk: 'none' }] },
      "'sharedWith' is given without `protects`, so there is nothing to share",
    ],
    [{ users: ['Jane'] }, "'users[0]'"],
    [{ mode: 'open' as never }, "'mode' must be one of 'fenced', 'interop'"],
  ])('refuses %j', (props, message) => {
    expect(refused(props)).toContain(message)
  })

  it('needs a Kubernetes with admission policies', () => {
    expect(complaints((test) => new Lock(test, 'ledger'), { targetVersion: '1.29' })).toContain(
      "'mode' needs the admission policies of Kubernetes 1.30",
    )
  })
})

describe('What a lock protects', () => {
  const web = (test: Namespace) => new HighlyAvailableDeployment(test, 'web', minimal)

  it('is not what the tree makes too, unless the sync is named', () => {
    expect(refused({ protects: [WEB] }, web)).toContain(
      "'protects[0]' is also made by test/test/web/Deployment, so each sync writes it without holding the lock",
    )
    const sharedWith = [{ user: FLUX, risk: 'a release replaces what a holder has scaled' }]
    expect(refused({ protects: [WEB], sharedWith }, web)).toBe('')
  })

  it('may be made later than the lock, and is found all the same', () => {
    const complaint = complaints((test) => {
      new Lock(test, 'ledger', { protects: [WEB] })
      web(test)
    })
    expect(complaint).toContain("'protects[0]' is also made by")
  })

  it('is not what is scaled by load, unless the autoscaler is named', () => {
    const scaled = (test: Namespace) =>
      new HighlyAvailableDeployment(test, 'web', {
        ...minimal,
        replicas: autoscale({ min: 3, max: 9, cpu: 70 }),
      })
    const sync = { user: FLUX, risk: 'releases' }
    expect(refused({ protects: [WEB], sharedWith: [sync] }, scaled)).toContain(
      "'protects[0]' is scaled by test/test/web/HorizontalPodAutoscaler, which never holds the lock",
    )
    const autoscaler = { user: AUTOSCALER, risk: 'scales while a holder works' }
    expect(refused({ protects: [WEB], sharedWith: [sync, autoscaler] }, scaled)).toBe('')
    expect(refused({ protects: [WEB], sharedWith: [autoscaler] }, scaled)).toContain(
      'so each sync writes it',
    )
  })

  it('of another namespace or kind is nobody else’s business', () => {
    expect(refused({ protects: [{ ...WEB, kind: 'StatefulSet' }] }, web)).toBe('')
  })

  it('says who shares it, and at what risk, on its policies', () => {
    const { find } = lock({
      protects: [CURSOR],
      sharedWith: [{ user: FLUX, risk: 'it repairs the labels' }],
    })
    for (const topic of ['fence', 'fence-by-lease']) {
      const { metadata } = find('ValidatingAdmissionPolicy', `ledger.test.${topic}.lockstep.dev`)
      expect(metadata.annotations).toEqual({
        'lockstep.dev/shared-with': `${FLUX}: it repairs the labels`,
      })
    }
  })

  it.each([
    ['v1', 'ConfigMap', 'configmaps'],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'],
    ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
  ])('is matched as the API calls it: %s %s', (apiVersion, kind, resource) => {
    const { find } = lock({ protects: [{ apiVersion, kind, name: 'a' }] })
    expect(find('ValidatingAdmissionPolicy', 'ledger.test.fence.lockstep.dev').spec).toMatchObject({
      matchConstraints: { resourceRules: [{ resources: [resource, `${resource}/status`] }] },
    })
  })
})

describe('A fencing policy by itself', () => {
  it('fences by the Lease of a lock that an app brings along', () => {
    const { find } = synth(
      (test) => new FencingPolicy(test, 'report-output', { lock: 'report', protects: [CURSOR] }),
    )
    const name = 'report-output.test.fence-by-lease.lockstep.dev'
    expect(find('ValidatingAdmissionPolicyBinding', name).spec).toMatchObject({
      paramRef: { name: 'report', namespace: 'test', parameterNotFoundAction: 'Allow' },
    })
  })

  it('needs a Kubernetes with admission policies', () => {
    const complaint = complaints(
      (test) => new FencingPolicy(test, 'fence', { lock: 'report', protects: [CURSOR] }),
      { targetVersion: '1.29' },
    )
    expect(complaint).toContain("'protects' needs the admission policies of Kubernetes 1.30")
  })
})
