import { describe, expect, it } from 'vitest'
import { blobId } from '../../manifests/blob-id.ts'
import { filesOf, git } from '../gitops/git.ts'
import { textsOf } from '../reconciler/release-fixture.ts'
import { planWith } from '../rollouts/plan-fixture.ts'
import { rolloutTerminal } from './rollout-terminal.ts'

const gatedPlan = planWith({
  steps: [
    {
      weight: 20,
      holdSeconds: 30,
      approval: { role: 'checkout-owners', quorum: 2, deadlineSeconds: 3600, onTimeout: 'pause' },
    },
  ],
  analysis: [],
  freezeWindows: [],
  deadlineSeconds: 1_000_000_000,
})

const RECORD = 'prod/rollouts/shop/checkout/record.yaml'
const INVENTORY = 'prod/inventory.yaml'

const logOf = (repository: string, format: string): string =>
  git(repository, 'log', '-1', `--format=${format}`, 'deploy')

// Several processes of Git a test, on machines that may be busy.
describe('lockstep rollout', { timeout: 120_000 }, () => {
  it('ls shows what is released and how far it is, and JSON as the API answers', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    expect((await rollout('ls')).stdout).toMatch(
      /^ENVIRONMENT +APP +STATE +STEP +WEIGHT +REVISION +FOR\nprod +shop\/checkout +queued +- +- +\w+ +-\n$/,
    )
    await until(1, 'live')
    const { stdout, stderr } = await rollout('ls')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\nprod +shop\/checkout +live +1\/2 +20 % +\w+ +.+\n$/)
    const [prod] = JSON.parse((await rollout('ls', '--json')).stdout)
    expect(prod).toMatchObject({
      environment: 'prod',
      broken: [],
      rollouts: [
        { name: 'checkout', rollout: { candidate: release.candidate.revision, weight: 20 } },
      ],
    })
  })

  it('ls shows what STOP stops, and what is broken', async () => {
    const { rollout, release, repository } = await rolloutTerminal()
    await release.edit([{ path: 'prod/STOP', write: 'an incident\n' }])
    const stopped = await rollout('ls')
    expect(stopped.stdout).toMatch(
      /queued .*\nprod shop\/checkout: stopped by prod\/STOP \(an incident\) until somebody deletes it\n$/,
    )
    const { [RECORD]: record = '', [INVENTORY]: inventory = '' } = filesOf(repository, 'deploy')
    const newer = record.replace('v1alpha1', 'v2')
    const listed = inventory.replace(blobId(record, 'sha1'), blobId(newer, 'sha1'))
    await release.edit([
      { path: RECORD, write: newer },
      { path: INVENTORY, write: listed },
    ])
    const broken = await rollout('ls')
    expect(broken.exitCode).toBe(1)
    expect(broken.stdout).toMatch(/\nprod +shop\/checkout +broken( +-){4}\n$/)
    expect(broken.stderr).toContain(`prod shop/checkout: ${RECORD}`)
  })

  it('tick says which kubeconfig it cannot read', async () => {
    const { rollout } = await rolloutTerminal()
    expect(await rollout('tick', '--kubeconfig', '/nope')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /^error: The kubeconfig \/nope cannot be read: .+\n {2}→ Give /,
      ),
    })
  })

  it('show tells steps, who has to approve and how, and what each commit did', async () => {
    const { rollout, release, until } = await rolloutTerminal(gatedPlan)
    await until(1, 'live')
    const { stdout, exitCode } = await rollout('show', 'checkout')
    const { revision } = release.candidate
    expect(exitCode).toBeUndefined()
    expect(stdout).toContain('shop/checkout in prod: live, step 1 of 2, weight 20 %\n')
    expect(stdout).toMatch(/\n> 1 {2}20 % of the requests {3}held 30 s, approved by 2 of checkout/)
    expect(stdout).toContain('checkout-owners has to approve after step 1 (0 of 2)\n')
    expect(stdout).toContain(
      `    lockstep rollout approve shop/checkout --env prod --revision ${revision} --step 1\n`,
    )
    expect(stdout).toMatch(/ {2}[\d-]{10} [\d:]{8} {2}\w{10} {2}rollout prod: shop\/checkout shift/)
    expect(stdout).toContain('pods of the canary are ready\n')
  })

  it('approve, as show writes it, counts for the person that Git commits as', async () => {
    const { rollout, release, until, repository } = await rolloutTerminal(gatedPlan)
    await until(1, 'live')
    const [, command = ''] =
      /\n +lockstep rollout (approve .*)\n/.exec((await rollout('show', 'checkout')).stdout) ?? []
    const { stdout } = await rollout(...command.split(' '))
    expect(stdout).toMatch(/^Approved \w+ of shop\/checkout in prod, as \w{12} on deploy of /)
    expect((await release.record()).rollout?.approvals).toMatchObject([
      { step: 1, gate: 'leave', by: 'On Call', proof: 'git on-call@example.com' },
    ])
    expect(logOf(repository, '%an <%ae>%n%B')).toMatch(
      /^On Call <on-call@example.com>\n[\s\S]*Lockstep-Actor: On Call\n/,
    )
    expect((await rollout(...command.split(' '))).stdout).toBe(
      'Nothing to do: shop/checkout in prod is so already\n',
    )
    expect((await rollout('show', 'checkout')).stdout).toContain('(1 of 2)')
  })

  it('approve without a step means the gate that waits, and says so if there is none', async () => {
    const { rollout, release, until } = await rolloutTerminal(gatedPlan)
    const { revision } = release.candidate
    await until(1, 'live')
    const early = await rollout('approve', 'checkout', '--revision', revision)
    expect(early).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--step') })
    while ((await release.record()).rollout?.awaiting === undefined) await release.tick()
    expect((await rollout('approve', 'checkout', '--revision', revision)).stderr).toBe('')
    expect((await release.record()).rollout?.approvals).toHaveLength(1)
    const other = await rollout('approve', 'checkout', '--revision', 'another')
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(revision) })
  })

  it('pause keeps it where it is until resume', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    await until(1, 'live')
    const paused = await rollout('pause', 'checkout', '--reason', 'lunch')
    expect(paused.stdout).toMatch(/^Paused shop\/checkout in prod, as /)
    for (let looks = 0; looks < 5; looks++) await release.tick()
    expect((await release.record()).rollout?.stage).toMatchObject({ step: 1, part: 'live' })
    const { stdout } = await rollout('show', 'checkout')
    expect(stdout).toContain('shop/checkout in prod: paused, step 1 of 2')
    expect(stdout).toContain('paused      by On Call: lunch\n')
    await rollout('resume', 'checkout')
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
  })

  it('promote ends the hold of a step, and never sends requests to pods that are not there', async () => {
    const { rollout, release, until } = await rolloutTerminal(
      planWith({
        steps: [{ weight: 20, holdSeconds: 86_400 }],
        analysis: [],
        freezeWindows: [],
        deadlineSeconds: 1_000_000_000,
      }),
    )
    await until(1, 'scaling')
    expect(await rollout('promote', 'checkout')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('waits for pods'),
    })
    await until(1, 'live')
    expect((await rollout('promote', 'checkout')).stdout).toContain('Ended the hold of the step of')
    await until(2, 'live')
    expect(release.cluster.weight('checkout')).toBeLessThanOrEqual(100)
  })

  it('abort needs neither cluster nor functions, and says what it has not seen', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    await until(2, 'live')
    const { stdout } = await rollout('abort', 'checkout', '--reason', 'customers complain')
    expect(stdout).toMatch(/^Aborted shop\/checkout in prod, as /)
    expect(stdout).toContain('The branch sends all requests to stable.')
    expect(stdout).toContain('The cluster was not looked at.')
    await release.cluster.sync()
    expect(release.cluster.weight('checkout')).toBe(0)
    expect(release.cluster.live('Deployment', 'checkout-canary')).toBeDefined()
    const again = await rollout('abort', 'checkout')
    expect(again.stdout).toMatch(
      /^Nothing to do: shop\/checkout in prod is so already\n {2}It is on/,
    )
    expect(again.stdout).toContain('the canary goes once none is seen to be sent to it.\n')
    expect(again.stdout).toContain(
      ': lockstep rollout show shop/checkout --env prod --kubeconfig FILE\n',
    )
    expect(again.stdout).toContain(': lockstep rollout tick --env prod --kubeconfig FILE\n')
    expect((await rollout('promote', 'checkout')).stderr).toContain('cannot be promoted')
    expect((await rollout('show', 'checkout')).stdout).toContain(
      'aborted     customers complain (On Call)\n',
    )
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it('abort while stable changes says that its old version comes first', async () => {
    const { rollout, release } = await rolloutTerminal()
    while ((await release.record()).rollout?.stage.phase !== 'promoting') await release.tick()
    const { stdout } = await rollout('abort', 'checkout')
    expect(stdout).toContain('gets its old version back first')
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it('abort before anything was sent to the canary is all that there is to do', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    await until(1, 'scaling')
    expect((await rollout('abort', 'checkout')).stdout).toContain('No request could reach')
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it('retry and rollback name revisions that show has named', async () => {
    const { rollout, release } = await rolloutTerminal()
    const { revision } = release.candidate
    await rollout('abort', 'checkout', '--reason', 'not on a Friday')
    const shown = (await rollout('show', 'checkout')).stdout
    expect(shown).toContain(`  ${revision}: not on a Friday\n`)
    expect(shown).toContain(`lockstep rollout retry shop/checkout ${revision} --env prod\n`)
    expect((await rollout('rollback', 'checkout')).stderr).toContain('was stable before')
    expect((await rollout('retry', 'checkout', revision)).stdout).toContain(`Queued ${revision}`)
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
    expect((await rollout('rollback', 'checkout')).stdout).toContain('Queued the rollback of')
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.base))
  })

  it('tick without a cluster lets nothing go forward, and says why', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    await until(1, 'live')
    const before = await release.record()
    expect((await rollout('tick')).stdout).toBe(
      'prod: shop/checkout: nobody looks at the cluster\nprod: shop/checkout: waits, what runs cannot be seen\n',
    )
    expect(await release.record()).toEqual(before)
    const [answer] = JSON.parse((await rollout('tick', '--json')).stdout)
    expect(answer).toMatchObject({ environment: 'prod', commits: [], waiting: [{}] })
  })

  it('does not guess which app, environment or branch is meant', async () => {
    const { rollout } = await rolloutTerminal()
    const unknown = await rollout('show', 'chekout')
    expect(unknown).toMatchObject({ exitCode: 2 })
    expect(unknown.stderr).toContain("Did you mean 'checkout'?")
    expect((await rollout('ls', '--env', 'staging')).stderr).toContain('Use one of: prod')
    expect((await rollout('ls', '--branch', 'main')).stderr).toContain('Nothing was ever published')
  })

  it('watch tells each commit and each change once, until it is over', async () => {
    const { rollout, release, until } = await rolloutTerminal()
    await until(1, 'live')
    const watching = rollout('watch', 'checkout', '--every', '100ms')
    await release.untilRest()
    const { stdout, exitCode } = await watching
    expect(exitCode).toBeUndefined()
    const actions = [...stdout.matchAll(/rollout prod: shop\/checkout (\S+)/g)].map(
      ([, one]) => one,
    )
    expect(actions).toEqual([
      'start',
      'shift',
      'scale',
      'shift',
      'promote',
      'shift-back',
      'promoted',
    ])
    expect(stdout).toMatch(/\nshop\/checkout in prod: at rest\n$/)
    const over = await rollout('watch', 'checkout')
    expect(over.exitCode).toBeUndefined()
  })

  it('watch draws all of it anew in its place where there is a screen', async () => {
    const { onScreen, release, until } = await rolloutTerminal()
    await until(1, 'live')
    const watching = onScreen('watch', 'checkout', '--every', '100ms')
    await release.untilRest()
    const screens = await watching
    expect(screens.at(0)).toMatch(
      /^shop\/checkout in prod: .*\n[\s\S]*rollout prod: shop\/checkout/,
    )
    expect(screens.at(-1)).toMatch(/^shop\/checkout in prod: at rest\n[\s\S]*promoted/)
  })

  it('watch ends with 1 if the revision was taken back', async () => {
    const { rollout, until, release } = await rolloutTerminal()
    await until(1, 'live')
    const watching = rollout('watch', 'checkout', '--every', '100ms')
    await rollout('abort', 'checkout')
    await release.untilRest()
    expect(await watching).toMatchObject({ exitCode: 1 })
  })
})
