import { describe, expect, it } from 'vitest'
import { observeSync } from '../../rollouts/observe-sync.ts'

const OLD = 'a'.repeat(40)
const NEW = 'b'.repeat(40)

const kustomization = (status: object, spec: object = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'prod-traffic', namespace: 'flux-system' },
  spec: { sourceRef: { kind: 'GitRepository', name: 'deploy' }, ...spec },
  status: {
    lastAppliedRevision: `deploy@sha1:${OLD}`,
    lastAttemptedRevision: `deploy@sha1:${NEW}`,
    ...status,
  },
})

const condition = (type: string, status: string, reason: string, message: string) => ({
  conditions: [{ type, status, reason, message }],
})

const name = 'Kustomization flux-system/prod-traffic'

describe('A Kustomization', () => {
  it('that has applied everything has nothing to say', () => {
    const ready = condition('Ready', 'True', 'ReconciliationSucceeded', 'Applied revision')
    expect(observeSync(kustomization(ready))).toEqual({ name, problems: [], commit: OLD })
  })

  it('that is suspended says so, and not what it said before', () => {
    const failed = condition('Ready', 'False', 'BuildFailed', 'broken')
    expect(observeSync(kustomization(failed, { suspend: true }))).toMatchObject({
      problems: [`${name} is suspended`],
      suspendedFor: [],
    })
  })

  it.each([
    ['shop/checkout shop/web', ['shop/checkout', 'shop/web']],
    // They are printed in commands.
    ['shop/checkout $(reboot)/a shop/-x a/b/c shop', ['shop/checkout']],
  ])('that is suspended for %j says which apps that are', (said, suspendedFor) => {
    const annotations = { 'lockstep.dev/suspended-for': said }
    const suspended = kustomization({}, { suspend: true })
    const metadata = { ...suspended.metadata, annotations }
    expect(observeSync({ ...suspended, metadata }).suspendedFor).toEqual(suspendedFor)
    expect(observeSync({ ...kustomization({}), metadata })).not.toHaveProperty('suspendedFor')
  })

  it.each([
    [
      'ReconciliationFailed',
      'Service/shop/web dry-run failed (Invalid): Service "web" is invalid: spec.ports: Required value\n\nmore',
      `${name} cannot apply commit bbbbbbbbbb: Service/shop/web dry-run failed (Invalid): Service "web" is invalid: spec.ports: Required value`,
    ],
    ['BuildFailed', 'no YAML.', `${name} cannot apply commit bbbbbbbbbb: no YAML`],
    ['ArtifactFailed', 'not found', `${name} does not get what it should apply: not found`],
    ['HealthCheckFailed', 'late', `${name} has HealthCheckFailed at commit bbbbbbbbbb: late`],
    ['PruneFailed', '', `${name} has PruneFailed at commit bbbbbbbbbb`],
    ['BuildFailed', 'x'.repeat(500), expect.stringMatching(/: x{400}…$/)],
  ])('that has %s says with which commit, and why', (reason, message, said) => {
    const { problems } = observeSync(kustomization(condition('Ready', 'False', reason, message)))
    expect(problems).toEqual([said])
  })

  it('that is stalled is not tried again', () => {
    const stalled = condition('Stalled', 'True', 'AccessDenied', 'it may not')
    expect(observeSync(kustomization(stalled)).problems).toEqual([
      `${name} is stalled, and is not tried again: it may not`,
    ])
  })

  it('that is at work says at what', () => {
    const message = `Building manifests for revision deploy@sha1:${NEW}`
    const seen = observeSync(
      kustomization(condition('Reconciling', 'True', 'Progressing', message)),
    )
    expect(seen).toEqual({ name, problems: [], commit: OLD, progress: message })
  })

  it.each([
    condition('Reconciling', 'True', 'Progressing', 'Running health checks for revision x'),
    condition('Ready', 'False', 'HealthCheckFailed', 'late'),
  ])('that waits for health has applied what it tried: %j', (status) => {
    expect(observeSync(kustomization(status)).commit).toBe(NEW)
  })

  it.each([
    ['main/', OLD],
    ['deploy@sha256:', 'c'.repeat(64)],
  ])('is at the commit of %s', (prefix, commit) => {
    expect(observeSync(kustomization({ lastAppliedRevision: `${prefix}${commit}` })).commit).toBe(
      commit,
    )
  })

  it.each([
    ['has applied nothing', kustomization({ lastAppliedRevision: undefined })],
    [
      'gets no commits',
      kustomization({}, { sourceRef: { kind: 'OCIRepository', name: 'deploy' } }),
    ],
  ])('is at no commit that %s', (_, object) => {
    expect(observeSync(object)).not.toHaveProperty('commit')
  })
})

describe('An Application', () => {
  const automated = { syncPolicy: { automated: {} } }
  const application = (status: object, spec: object = automated, annotations = {}) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'prod-traffic', namespace: 'argocd', annotations },
    spec,
    status,
  })
  const called = 'Application argocd/prod-traffic'
  const synced = { sync: { status: 'Synced', revision: NEW } }
  const outOfSync = { sync: { status: 'OutOfSync', revision: NEW } }
  const failed = {
    ...outOfSync,
    operationState: { phase: 'Failed', message: 'one is invalid', syncResult: { revision: NEW } },
  }

  it('that is synced is at its commit, whatever its last operation was', () => {
    expect(observeSync(application({ ...failed, ...synced }))).toEqual({
      name: called,
      problems: [],
      commit: NEW,
    })
  })

  it('that was synced before is at the commit of then', () => {
    const operationState = { phase: 'Succeeded', syncResult: { revision: OLD } }
    expect(observeSync(application({ ...outOfSync, operationState }))).toEqual({
      name: called,
      problems: [],
      commit: OLD,
    })
  })

  it.each([
    ['failed', failed, `${called} cannot apply commit bbbbbbbbbb: one is invalid`],
    [
      'fails again and again',
      {
        ...outOfSync,
        operationState: {
          phase: 'Running',
          retryCount: 3,
          message: 'one is invalid. Retrying attempt #4',
          operation: { sync: { revision: NEW } },
        },
      },
      `${called} cannot apply commit bbbbbbbbbb: one is invalid. Retrying attempt #4`,
    ],
    [
      'cannot be compared',
      { ...outOfSync, conditions: [{ type: 'ComparisonError', message: 'no repository' }] },
      `${called} has ComparisonError: no repository`,
    ],
  ])('that %s says why', (_, status, said) => {
    expect(observeSync(application(status)).problems).toEqual([said])
  })

  it.each([{}, { syncPolicy: {} }, { syncPolicy: { automated: { enabled: false } } }])(
    'that syncs by hand alone says so: %j',
    (spec) => {
      expect(observeSync(application(outOfSync, spec)).problems).toEqual([
        `${called} is synced by hand, and has not been`,
      ])
      expect(observeSync(application(synced, spec)).problems).toEqual([])
    },
  )

  it('that is to be left alone says by what', () => {
    const annotations = { 'argocd.argoproj.io/skip-reconcile': 'true' }
    expect(observeSync(application(failed, automated, annotations)).problems).toEqual([
      `${called} is suspended, by argocd.argoproj.io/skip-reconcile`,
    ])
    const owed = { ...annotations, 'lockstep.dev/suspended-for': 'shop/checkout' }
    expect(observeSync(application(failed, automated, owed)).suspendedFor).toEqual([
      'shop/checkout',
    ])
  })

  it.each(['1', 't', 'T', 'TRUE', 'True'])(
    'is left alone by %s too, as Argo CD reads it',
    (value) => {
      const annotations = { 'argocd.argoproj.io/skip-reconcile': value }
      expect(observeSync(application(failed, automated, annotations)).problems).toEqual([
        `${called} is suspended, by argocd.argoproj.io/skip-reconcile`,
      ])
    },
  )

  it('whose version is no commit is at none', () => {
    const status = { sync: { status: 'Synced', revision: '1.4.2' } }
    expect(observeSync(application(status))).not.toHaveProperty('commit')
  })
})
