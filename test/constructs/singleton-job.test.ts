import { Duration } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import { SingletonJob } from '../../constructs/singleton-job.ts'
import type { SingletonJobProps } from '../../constructs/singleton-job-props.ts'
import { goldenYaml } from './golden-yaml.ts'
import { complaints, synth, worker } from './singleton-fixtures.ts'

const nightly = {
  ...worker,
  schedule: '0 3 * * *',
  timeZone: 'Asia/Seoul',
} as const satisfies SingletonJobProps

const report = (props: Partial<SingletonJobProps> = {}) =>
  synth((test) => new SingletonJob(test, 'report', { ...nightly, ...props }))

const refused = (props: Partial<SingletonJobProps>) =>
  complaints((test) => new SingletonJob(test, 'report', { ...nightly, ...props }))

const jobOf = (props: Partial<SingletonJobProps> = {}) =>
  (report(props).find('CronJob').spec as { jobTemplate: { spec: Record<string, unknown> } })
    .jobTemplate.spec

const podOf = (props: Partial<SingletonJobProps> = {}) =>
  (jobOf(props).template as { spec: Record<string, unknown> }).spec

describe('A singleton job', () => {
  it('runs once at a time, by the clock of a named zone, and not much too late', () => {
    expect(report().find('CronJob').spec).toMatchObject({
      schedule: '0 3 * * *',
      timeZone: 'Asia/Seoul',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    })
  })

  it('makes one pod at a time, the next when the last has ended, for an hour and three attempts', () => {
    expect(jobOf()).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 2,
      activeDeadlineSeconds: 3600,
      podReplacementPolicy: 'Failed',
    })
    expect(jobOf()).not.toHaveProperty('ttlSecondsAfterFinished')
  })

  it('counts no attempt that a drain cut off, and tries no more after a fatal exit code', () => {
    expect(jobOf().podFailurePolicy).toEqual({
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    })
    expect(jobOf({ fatalExitCodes: [65, 3, 65] }).podFailurePolicy).toMatchObject({
      rules: [
        { action: 'Ignore' },
        {
          action: 'FailJob',
          onExitCodes: { containerName: 'report', operator: 'In', values: [3, 65] },
        },
      ],
    })
  })

  it('has a pod that ends, without probes and without a pause before its end', () => {
    const pod = podOf()
    expect(pod).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 35 })
    const [main] = pod.containers as readonly object[]
    for (const field of ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle']) {
      expect(main).not.toHaveProperty(field)
    }
  })

  it('leaves a person free to suspend it in the cluster, unless told what to do', () => {
    expect(report().find('CronJob').spec).not.toHaveProperty('suspend')
    expect(report({ suspend: true }).find('CronJob').spec).toMatchObject({ suspend: true })
  })

  it('takes other times, counts and a pause', () => {
    const props = {
      deadline: Duration.minutes(90),
      startingDeadline: Duration.hours(2),
      retries: 0,
      history: { successful: 1, failed: 10 },
      shutdown: { preStop: Duration.seconds(5) },
    }
    expect(report(props).find('CronJob').spec).toMatchObject({
      startingDeadlineSeconds: 7200,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 10,
    })
    expect(jobOf(props)).toMatchObject({ activeDeadlineSeconds: 5400, backoffLimit: 0 })
    expect(podOf(props)).toMatchObject({
      containers: [{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }],
    })
  })

  it('has an account of its own, may be talked to by nobody, and talks to DNS', () => {
    const { find, objects } = report()
    expect(find('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false })
    expect(find('NetworkPolicy').spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ port: 53 }, { port: 53 }] }],
    })
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'CronJob',
      'NetworkPolicy',
      'ServiceAccount',
    ])
  })

  it('may have a name of 52 characters, and of no more', () => {
    const named = (name: string) => complaints((test) => new SingletonJob(test, name, nightly))
    expect(named('a'.repeat(52))).toBe('')
    expect(named('a'.repeat(53))).toContain('must have at most 52 characters (has 53)')
  })

  it.each<[Partial<SingletonJobProps>, string]>([
    [{ schedule: '0 3 * *' }, "'schedule' must have five fields (has 4)"],
    [{ schedule: 'CRON_TZ=UTC 0 3 * * *' }, "'schedule' must not name a time zone"],
    [{ timeZone: 'Seoul' }, "'timeZone' must be a time zone of the IANA database"],
    [{ timeZone: '+09:00' }, "'timeZone' must be a time zone of the IANA database"],
    [{ timeZone: 'asia/seoul' }, "'timeZone' must be a time zone of the IANA database"],
    [{ startingDeadline: Duration.seconds(9) }, "'startingDeadline' must be at least 10 s"],
    [{ deadline: Duration.seconds(0) }, "'deadline' must be at least 1 s"],
    [{ retries: -1 }, "'retries' must be a whole number of at least 0"],
    [{ history: { failed: 0.5 } }, "'history.failed' must be a whole number of at least 0"],
    [{ fatalExitCodes: [0] }, "'fatalExitCodes[0]' must be a whole number from 1 to 255"],
    [{ fatalExitCodes: [256] }, "'fatalExitCodes[0]' must be a whole number from 1 to 255"],
  ])('refuses %j', (props, message) => {
    expect(refused(props)).toContain(message)
  })

  it('has every object at hand, to be patched', () => {
    const { find } = synth((test) => {
      const { cronJob, lease } = new SingletonJob(test, 'report', nightly)
      cronJob.patch(({ spec }) => {
        spec.suspend = true
      })
      expect(lease).toBeUndefined()
    })
    expect(find('CronJob').spec).toMatchObject({ suspend: true })
  })

  it('is written as it was', async () => {
    await expect(goldenYaml(report())).toMatchFileSnapshot('./__snapshots__/g19-singleton-job.yaml')
  })
})

describe('A singleton job with a lock', () => {
  it('starts the work only while it holds the Lease, and ends it before the Lease does', () => {
    const pod = podOf({ lock: true })
    expect(pod).toMatchObject({
      shareProcessNamespace: true,
      restartPolicy: 'Never',
      initContainers: [
        {
          name: 'lockstep-elector',
          args: ['elect', '--work=job', '--port=9401'],
          restartPolicy: 'Always',
          startupProbe: { httpGet: { path: '/startz' }, failureThreshold: 315_360_000 },
        },
      ],
    })
  })

  it('has its Leases, rights on them alone, and a guard of the tokens', () => {
    const { find } = report({ lock: true })
    const resourceNames = ['report', 'report.queue', 'report.runs']
    for (const name of resourceNames) expect(find('Lease', name)).not.toHaveProperty('spec')
    expect(find('Role')).toMatchObject({
      rules: [{ resources: ['leases'], resourceNames, verbs: ['get', 'update', 'watch'] }],
    })
    expect(find('ValidatingAdmissionPolicy').metadata.name).toBe('report.test.guard.lockstep.dev')
  })

  it('takes the options of an election', () => {
    expect(
      podOf({ lock: { lease: { duration: Duration.seconds(60) }, elector: { port: 9500 } } }),
    ).toMatchObject({
      initContainers: [
        {
          ports: [{ containerPort: 9500 }],
          env: expect.arrayContaining([{ name: 'LEASE_DURATION', value: '60s' }]),
        },
      ],
    })
    expect(refused({ lock: { lease: { duration: Duration.seconds(1) } } })).toContain(
      "'lease.duration'",
    )
  })

  it('is none when it is switched off', () => {
    expect(report({ lock: false }).objects.map(({ kind }) => kind)).not.toContain('Lease')
  })

  it('is written as it was', async () => {
    await expect(goldenYaml(report({ lock: true }))).toMatchFileSnapshot(
      './__snapshots__/g19-locked-job.yaml',
    )
  })
})
