import { Duration } from 'cdk8s'
import { expect, it } from 'vitest'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { describeWithNodes } from '../describe-with-nodes.ts'
import { eventually } from '../eventually.ts'
import { deployJob, firstJobThat, patchCronJob, suspend } from './cron-jobs.ts'

const EVERY_MINUTE = '* * * * *'
const PATIENCE_SECONDS = 10

/** When a run was due. */
const dueAt = ({ metadata }: KubernetesObject): number =>
  Date.parse(metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '')

describeWithNodes('A singleton job whose controller was away when it was due', (cluster) => {
  it('starts late, but not when it is later than its starting deadline', async () => {
    const deploy = async (name: string, startingDeadline: Duration) => {
      const cronJob = await deployJob(cluster, name, {
        conduct: { after: 0 },
        due: EVERY_MINUTE,
        suspend: true,
        startingDeadline,
      })
      // As if it had been there for long.
      const lastScheduleTime = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)}Z`
      await patchCronJob(cluster, cronJob, { status: { lastScheduleTime } }, '/status')
      return cronJob
    }
    const patient = await deploy('patient', Duration.minutes(5))
    const punctual = await deploy('punctual', Duration.seconds(PATIENCE_SECONDS))
    await eventually(
      'a run is later than its deadline, and none is due soon',
      async () => new Date().getSeconds(),
      (second) => second > PATIENCE_SECONDS + 2 && second < 50,
    )

    // A suspended CronJob is one that nobody looks at.
    const backAt = Date.now()
    for (const cronJob of [punctual, patient]) {
      await patchCronJob(cluster, cronJob, { spec: { suspend: false } })
    }

    const missed = await firstJobThat('starts', cluster, patient, () => true)
    expect(dueAt(missed)).toBeLessThan(backAt)
    const next = await firstJobThat('starts', cluster, punctual, () => true)
    expect(dueAt(next)).toBeGreaterThan(backAt)
    await suspend(cluster, patient)
    await suspend(cluster, punctual)
  })
})
