import { Duration } from 'cdk8s'
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { at } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { LIVE_ABORT_ANNOTATION, liveAbortOf } from '../../../rollouts/live-abort.ts'
import { suspendedFor } from '../../../rollouts/suspended-for.ts'
import { git } from '../../gitops/git.ts'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import { eventually } from '../eventually.ts'
import { describeWithFluxAndNodes } from '../gitops/describe-with-flux.ts'
import { textsOf } from './cluster-release.ts'
import { OnCall, RIGHTS } from './on-call.ts'
import { releaseOfSuite } from './release-of-suite.ts'

const TRAFFIC = 'prod-traffic'
const PARENT = 'cluster'
const MERGE_PATCH = 'application/merge-patch+json'

describeWithFluxAndNodes('lockstep rollout abort --live', (cluster, flux) => {
  const suite = releaseOfSuite(cluster, flux, {
    steps: [{ weight: 40, hold: Duration.hours(1) }],
  })
  const onCall = new OnCall(cluster, flux, sharedFolder())
  let versions = 0
  let kubeconfig: string

  beforeAll(async () => {
    kubeconfig = await onCall.kubeconfig('on-call', RIGHTS)
  })

  const syncPath = (name: string): string =>
    `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${flux.flux.namespace}/kustomizations/${name}`
  const patchSync = (name: string, body: object) =>
    cluster.send({ method: 'PATCH', path: syncPath(name), body, contentType: MERGE_PATCH })
  const route = async (): Promise<KubernetesObject> => {
    const found = await suite.release.live('HTTPRoute', 'checkout')
    if (found === undefined) throw new Error('There is no route')
    return found
  }
  const isSuspended = async (name = TRAFFIC): Promise<boolean> =>
    at((await flux.flux.kustomization(name)).spec, 'suspend') === true
  const answers = (track: string): number => suite.release.traffic.counts.get(track) ?? 0

  /** Asks Flux to apply what it has, as its interval does, and waits until it has. */
  const reconcile = async (name: string): Promise<void> => {
    const requestedAt = `${Date.now()} ${name}`
    const annotations = { 'reconcile.fluxcd.io/requestedAt': requestedAt }
    await patchSync(name, { metadata: { annotations } })
    await eventually(
      `${name} is reconciled`,
      async () => at((await flux.flux.kustomization(name)).status, 'lastHandledReconcileAt'),
      (handled) => handled === requestedAt,
    )
  }

  /** Many more requests were answered, and none of them by the canary. */
  const untilQuiet = async (): Promise<void> => {
    const before = { stable: answers('stable'), canary: answers('canary') }
    await eventually(
      'stable answers',
      async () => answers('stable') - before.stable,
      (count) => count > 100,
    )
    expect(answers('canary') - before.canary).toBe(0)
  }

  const expectAtRest = async (): Promise<void> => {
    const { release } = suite
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.rendering('1.4.2')))
    await release.untilWithoutCanary('1.4.2')
    expect((await route()).metadata.annotations?.[LIVE_ABORT_ANNOTATION]).toBeUndefined()
    expect(await isSuspended()).toBe(false)
    expect(suspendedFor(await flux.flux.kustomization(TRAFFIC))).toEqual([])
    expect(release.failures()).toEqual([])
  }

  /** A candidate in its first step, with requests. */
  beforeEach(async () => {
    const { release } = suite
    versions += 1
    await release.publish(`1.5.${versions}`)
    await release.until(
      'the first step is live',
      ({ rollout }) => rollout?.stage.phase === 'progressing' && rollout.stage.part === 'live',
    )
    const before = answers('canary')
    await eventually(
      'the canary answers',
      async () => answers('canary') - before,
      (count) => count > 20,
    )
    release.actions.length = 0
  })

  it('sends all requests to stable without Git, and nothing puts them back until it is settled', async () => {
    const { release } = suite
    await release.withoutGit(async () => {
      const ended = await onCall.abort(kubeconfig)
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      expect(ended.stdout).toContain(
        `Kustomization ${release.namespace}/${TRAFFIC} is suspended until it is settled\n`,
      )
      expect(ended.stdout).toContain(
        `Aborted ${onCall.app} in the cluster: all requests go to stable`,
      )
      expect(ended.stdout).toContain(
        `lockstep rollout settle ${onCall.app} --env prod --kubeconfig ${kubeconfig}\n`,
      )
      expect(await release.weight()).toBe(0)
      await release.reconcile()
      await untilQuiet()
      expect(await release.weight()).toBe(0)
      expect(liveAbortOf(await route())).toMatchObject({
        reason: 'customers complain',
        by: `system:serviceaccount:${release.namespace}:on-call`,
      })
      expect(await onCall.abort(kubeconfig)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(
          `Nothing to do: all requests of ${onCall.app} go to stable`,
        ),
      })
    })
    await release.until(
      'a look has found it',
      ({ rollout }) => rollout?.stage.phase !== 'progressing',
    )
    expect(release.actions[0]).toBe('abort')
    const log = git(flux.flux.repository, 'log', '--format=%B', '-5', 'deploy')
    const account = `system:serviceaccount:${release.namespace}:on-call`
    expect(log).toMatch(
      /Lockstep-Evidence: customers complain \(aborted in the cluster at .*Z, by /,
    )
    expect(log).toContain(`, by ${account} as its note says)\n`)
    expect(log).not.toContain(`Lockstep-Actor: ${account}`)
    await release.until('a look says that it is not settled', () => {
      const { decision } = release.seen ?? {}
      const reasons = decision?.kind === 'wait' ? decision.reasons : []
      return reasons.some((reason) =>
        reason.endsWith(`lockstep rollout settle ${onCall.app} --env prod`),
      )
    })

    const settled = await onCall.settle(kubeconfig)
    expect(settled).toMatchObject({ code: 0, stderr: '' })
    expect(settled.stdout).toContain(`Kustomization ${release.namespace}/${TRAFFIC} syncs again\n`)
    await untilQuiet()
    await expectAtRest()
    expect((await onCall.settle(kubeconfig)).stdout).toContain('Nothing to do: ')
  })

  it('is committed by settle where nobody looks', async () => {
    const { release } = suite
    await release.withoutGit(async () => {
      expect(await onCall.abort(kubeconfig)).toMatchObject({ code: 0, stderr: '' })
    })
    const settled = await onCall.settle(kubeconfig)
    expect(settled).toMatchObject({ code: 0, stderr: '' })
    expect(settled.stdout).toMatch(/^Settled .*: aborted on the branch, as \w{12}\n/m)
    await untilQuiet()
    await expectAtRest()
    expect(release.actions).toEqual(['abort-finish'])
  })

  it('is found by the next look although somebody has given the sync back by hand', async () => {
    const { release } = suite
    await release.withoutGit(async () => {
      expect(await onCall.abort(kubeconfig)).toMatchObject({ code: 0, stderr: '' })
      await patchSync(TRAFFIC, { spec: { suspend: false } })
      await eventually(
        'requests go to the canary once more',
        () => release.weight(),
        (weight) => weight === 40,
      )
    })
    expect(liveAbortOf(await route())?.reason).toBe('customers complain')
    await release.until('a look has found it', ({ rollout }) => rollout?.stage.phase === 'aborting')
    expect(release.actions).toEqual(['abort'])
    expect(await onCall.settle(kubeconfig)).toMatchObject({ code: 0, stderr: '' })
    await expectAtRest()
    expect(release.actions).toEqual(['abort', 'abort-finish'])
  })

  it('changes nothing if it may not do all of it, and says what it may not', async () => {
    const { release } = suite
    const { syncs, ...others } = RIGHTS
    const seeing = await onCall.kubeconfig('on-call-unseeing', others)
    const seen = await onCall.abort(seeing)
    expect(seen.code).toBe(2)
    expect(seen.stderr).toContain('cannot get resource "kustomizations"')
    const readOnly = { ...RIGHTS, syncs: { ...syncs, verbs: ['get'] } }
    const refused = await onCall.abort(await onCall.kubeconfig('on-call-reading', readOnly))
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('cannot patch resource "kustomizations"')
    expect(await release.weight()).toBe(40)
    expect(await isSuspended()).toBe(false)
    expect(liveAbortOf(await route())).toBeUndefined()
    await release.act({ action: 'abort', reason: 'the test is over' })
    await expectAtRest()
  })

  it.each([
    ['leaves alone what applies its sync', {}, false],
    [
      'suspends what applies its sync too, if that says whether it is suspended',
      { suspend: false },
      true,
    ],
  ])('%s', async (_, said, isParentSuspended) => {
    const { release } = suite
    const { metadata, spec, ...child } = await flux.flux.kustomization(TRAFFIC)
    const { suspend: _suspend, ...rest } = spec as Record<string, unknown>
    const { name, namespace } = metadata
    const applied = {
      ...child,
      status: undefined,
      metadata: { name, namespace },
      spec: { ...rest, ...said },
    }
    await flux.flux.push({ path: 'cluster/traffic.yaml', write: JSON.stringify(applied) })
    onTestFinished(async () => {
      await cluster.send({ method: 'DELETE', path: syncPath(PARENT) })
    })
    await cluster.apply([
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: PARENT, namespace },
        spec: {
          interval: '10m',
          path: './cluster',
          prune: false,
          sourceRef: { kind: 'GitRepository', name: flux.flux.source.name },
        },
      } as KubernetesObject,
    ])
    await eventually(
      'the sync is applied by another one',
      async () => (await flux.flux.kustomization(TRAFFIC)).metadata.labels,
      (labels) => labels?.['kustomize.toolkit.fluxcd.io/name'] === PARENT,
    )
    await flux.flux.untilApplied()
    await release.withoutGit(async () => {
      expect(await onCall.abort(kubeconfig)).toMatchObject({ code: 0, stderr: '' })
      expect(await isSuspended(PARENT)).toBe(isParentSuspended)
      if (!isParentSuspended) await reconcile(PARENT)
      await untilQuiet()
      expect([await isSuspended(), await release.weight()]).toEqual([true, 0])
    })
    expect(await onCall.settle(kubeconfig)).toMatchObject({ code: 0, stderr: '' })
    expect(await isSuspended(PARENT)).toBe(false)
    await expectAtRest()
  })
})
