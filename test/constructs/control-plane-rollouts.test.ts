import { Duration } from 'cdk8s'
import { Secret } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import {
  app,
  CanaryRollout,
  ControlPlane,
  flagger,
  githubRepository,
  gitlabRepository,
  httpRepository,
  Lock,
  type Namespace,
  type ServedRollouts,
  serviceAccounts,
} from '../../constructs/index.ts'
import { readRolloutSettings } from '../../functions/configuration/rollout-settings.ts'
import { openRolloutTargets } from '../../functions/configuration/rollout-targets.ts'
import { readWebhookSenders } from '../../functions/configuration/webhook-settings.ts'
import { answered } from '../kubernetes/canned-answers.ts'
import { routed } from './canary-fixtures.ts'
import { containerOf, surroundings } from './pod-surroundings.ts'
import { complaints, synth } from './singleton-fixtures.ts'

const EXTERNAL = { external: ['Secret test/*', 'Gateway */*'] }
const AUTHOR = { name: 'Lockstep', email: 'lockstep@example.com' }

const secret = (test: Namespace, name: string) =>
  Secret.fromSecretName(test, `Secret-${name}`, name)

const define = (
  test: Namespace,
  changes: Partial<ServedRollouts> = {},
  checkout = new CanaryRollout(test, 'checkout', routed),
) =>
  new ControlPlane(test, 'lockstep', {
    locks: [new Lock(test, 'ledger')],
    authentication: [serviceAccounts({ audience: 'lockstep' })],
    handleKeys: secret(test, 'lockstep-keys'),
    rollouts: {
      apps: [checkout],
      repository: githubRepository({ repository: 'acme/deploy' }),
      branch: 'deploy',
      gitCredentials: secret(test, 'deploy-key'),
      metrics: {
        prometheus: 'http://prometheus.monitoring:9090',
        peer: app('prometheus', { namespace: 'monitoring', ports: [9090] }),
      },
      webhooks: [{ kind: 'flux', secret: secret(test, 'flux-webhook') }],
      ...changes,
    },
  })

describe('A control plane that looks at rollouts', () => {
  it('may get, by name, what they are seen by, and nothing else of anybody', () => {
    const synthesis = synth((test) => define(test), EXTERNAL)
    expect(synthesis.findings).toEqual([])
    const role = synthesis.find('Role', 'rollouts.lockstep.test')
    expect(role.rules).toEqual([
      {
        apiGroups: [''],
        resources: ['services'],
        resourceNames: ['checkout', 'checkout-canary', 'checkout-stable'],
        verbs: ['get'],
      },
      {
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: ['checkout', 'checkout-canary'],
        verbs: ['get'],
      },
      {
        apiGroups: ['autoscaling'],
        resources: ['horizontalpodautoscalers'],
        resourceNames: ['checkout', 'checkout-canary'],
        verbs: ['get'],
      },
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['httproutes'],
        resourceNames: ['checkout'],
        verbs: ['get'],
      },
    ])
    expect(synthesis.find('RoleBinding', 'rollouts.lockstep.test')).toMatchObject({
      roleRef: { kind: 'Role', name: 'rollouts.lockstep.test' },
      subjects: [{ kind: 'ServiceAccount', name: 'lockstep', namespace: 'test' }],
    })
  })

  it.each([
    ['flux', 'kustomize.toolkit.fluxcd.io', 'kustomizations', {}],
    ['argocd', 'argoproj.io', 'applications', { argoNamespace: 'system' }],
  ] as const)(
    'may see what applies them by %s, and is told to',
    async (engine, group, plural, told) => {
      const names = ['prod-workloads-test', 'prod-traffic-test']
      const syncs = { engine, namespace: 'system', names }
      const synthesis = synth((test) => define(test, { syncs }), EXTERNAL)
      const [role] = synthesis.objects.filter(
        ({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'system',
      )
      expect(role?.rules).toEqual([
        {
          apiGroups: [group],
          resources: [plural],
          resourceNames: names.toSorted(),
          verbs: ['get'],
        },
      ])
      const [target] = (await readRolloutSettings(surroundings(synthesis)))?.targets ?? []
      expect(target?.syncs).toEqual({ read: true, argoNamespace: 'argocd', ...told })
    },
  )

  it('does not ask for what it may not see', async () => {
    const synthesis = synth((test) => define(test), EXTERNAL)
    const [target] = (await readRolloutSettings(surroundings(synthesis)))?.targets ?? []
    expect(target?.syncs.read).toBe(false)
  })

  it('may get both tracks of an app that was adopted, whatever that was called', () => {
    const adopt = { name: 'legacy', selector: { app: 'legacy' } }
    const { objects } = synth(
      (test) => define(test, {}, new CanaryRollout(test, 'checkout', { ...routed, adopt })),
      EXTERNAL,
    )
    const role = objects.find(({ metadata }) => metadata.name === 'rollouts.lockstep.test')
    expect(role?.rules).toMatchObject([
      { resources: ['services'] },
      { resources: ['deployments'], resourceNames: ['checkout-canary', 'legacy'] },
      { resources: ['horizontalpodautoscalers'], resourceNames: ['checkout', 'checkout-canary'] },
      { resources: ['httproutes'] },
    ])
  })

  it.each<[string, ServedRollouts['repository'], string]>([
    [
      'a token of GitHub',
      githubRepository({ repository: 'acme/deploy' }),
      'https://github.com/acme/deploy',
    ],
    [
      'a project of GitLab',
      gitlabRepository({
        project: 'platform/deploy',
        instance: 'https://git.example.com',
        author: AUTHOR,
      }),
      'https://git.example.com/platform/deploy',
    ],
    [
      'another host',
      httpRepository({ url: 'https://git.example.com/d.git', username: 'x', author: AUTHOR }),
      'https://git.example.com/d.git',
    ],
  ])('tells its server what that understands: %s', async (_, repository, address) => {
    const synthesis = synth((test) => define(test, { repository }), EXTERNAL)
    expect(containerOf(synthesis).args).toEqual(['serve-rollouts'])
    const source = surroundings(synthesis)
    const settings = await readRolloutSettings(source)
    const own = answered({ status: 200, body: {} })
    const [target] = await openRolloutTargets(source, settings!, { own, connect: () => own })
    expect(target).toMatchObject({ environment: 'test', branch: 'deploy', repository: address })
    expect(target?.metrics).toBeDefined()
    expect(await readWebhookSenders(source)).toMatchObject([{ kind: 'flux', environment: 'test' }])
  })

  it('may open connections to the host of its repository, and to the metric store', () => {
    const { find } = synth((test) => define(test), EXTERNAL)
    const { egress } = find('NetworkPolicy', 'lockstep').spec as { egress: unknown[] }
    expect(egress).toContainEqual({ ports: [{ port: 443, protocol: 'TCP' }] })
    expect(JSON.stringify(egress)).toContain('"kubernetes.io/metadata.name":"monitoring"')
  })

  it('mounts the key of a GitHub App, and each secret, where its server looks', () => {
    const repository = githubRepository({
      repository: 'acme/deploy',
      app: { appId: 'Iv23li', installationId: '42' },
    })
    const synthesis = synth((test) => define(test, { repository }), EXTERNAL)
    const paths = containerOf(synthesis).volumeMounts.map(({ mountPath }) => mountPath)
    expect(paths).toEqual(
      expect.arrayContaining(['/etc/lockstep/git', '/etc/lockstep/webhooks/flux']),
    )
    expect(JSON.stringify(synthesis.objects)).toContain('/etc/lockstep/git/privateKey')
  })

  it('takes no app that another engine releases', () => {
    const message = complaints(
      (test) =>
        define(
          test,
          {},
          new CanaryRollout(test, 'checkout', {
            ...routed,
            analysis: [],
            steps: [{ weight: 50, hold: Duration.minutes(2) }],
            engine: flagger(),
          }),
        ),
      EXTERNAL,
    )
    expect(message).toContain("'rollouts.apps[0]'")
    expect(message).toContain('is released by another engine')
  })
})
