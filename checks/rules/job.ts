import { scheduleProblem } from '../../manifests/cron-schedule.ts'
import { at, fields, number, text } from '../../manifests/fields.ts'
import { isTimeZone } from '../../manifests/time-zone.ts'
import { forEachOfKind, forEachWorkload } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const CRON_JOB = 'batch/CronJob'

const schedule: Rule = {
  id: 'job/schedule',
  severity: 'error',
  title: 'The schedule of a CronJob is one that Kubernetes reads',
  why: 'The API server refuses others. Its syntax has five fields, no seconds, and Sunday is 0 only.',
  peers: ['datree/CRONJOB_INVALID_SCHEDULE_VALUE'],
  check: forEachOfKind(CRON_JOB, (job) => {
    const value = text(at(job, 'spec', 'schedule'))
    const problem = value === undefined ? undefined : scheduleProblem(value)
    if (problem === undefined) return undefined
    return {
      field: 'spec.schedule',
      message: `'${value}' ${problem}`,
      remedy: "Write minute, hour, day of month, month and day of week: '0 3 * * *'",
    }
  }),
}

const unknownTimeZone: Rule = {
  id: 'job/unknown-time-zone',
  severity: 'error',
  title: 'The time zone of a CronJob is in the time zone database',
  why: 'The API server refuses others.',
  *check(objects) {
    // Asking is slow, and most jobs are in one of a few zones.
    const known = new Map<string, boolean>()
    const isKnown = (name: string): boolean => {
      const valid = known.get(name) ?? isTimeZone(name)
      known.set(name, valid)
      return valid
    }
    yield* forEachOfKind(CRON_JOB, (job) => {
      const name = text(at(job, 'spec', 'timeZone'))
      if (name === undefined || isKnown(name)) return undefined
      return {
        field: 'spec.timeZone',
        message: `'${name}' is no time zone`,
        remedy: 'Write a name like Asia/Seoul, Europe/Berlin or Etc/UTC',
      }
    })(objects)
  },
}

const timeZone: Rule = {
  id: 'job/time-zone',
  severity: 'warning',
  title: 'A CronJob says in which time zone its schedule is',
  why: 'Otherwise it is that of the controller manager: another cluster, or a change of its settings, moves every job by hours.',
  check: forEachOfKind(CRON_JOB, (job) =>
    at(job, 'spec', 'timeZone') === undefined
      ? {
          field: 'spec.timeZone',
          message: 'The schedule is in whatever zone the controller manager has',
          remedy: 'Write `timeZone: Etc/UTC`, or the zone of the people who wait for the job',
        }
      : undefined,
  ),
}

const DEADLINE = 'spec.startingDeadlineSeconds'

const deadlineTooShort: Rule = {
  id: 'job/deadline-too-short',
  severity: 'error',
  title: 'A CronJob may start ten seconds late',
  why: 'The controller looks every ten seconds. With a shorter deadline most runs are too late already and never start.',
  check: forEachOfKind(CRON_JOB, (job) => {
    const deadline = number(at(job, 'spec', 'startingDeadlineSeconds'))
    if (deadline === undefined || deadline >= 10) return undefined
    return {
      field: DEADLINE,
      message: `\`startingDeadlineSeconds: ${deadline}\` is shorter than the controller's interval`,
      remedy: 'Write 300',
    }
  }),
}

const deadlineMissing: Rule = {
  id: 'job/deadline-missing',
  severity: 'warning',
  title: 'A CronJob says how late a run may start',
  why: 'Without it a run that was missed hours ago starts when the cluster comes back; and after 100 missed ones none starts ever again.',
  peers: ['kube-score/cronjob-has-deadline', 'datree/CRONJOB_MISSING_STARTINGDEADLINESECOND_KEY'],
  check: forEachOfKind(CRON_JOB, (job) =>
    at(job, 'spec', 'startingDeadlineSeconds') === undefined
      ? {
          field: DEADLINE,
          message: 'A missed run may start at any later time',
          remedy: 'Write `startingDeadlineSeconds: 300`',
        }
      : undefined,
  ),
}

const concurrency: Rule = {
  id: 'job/concurrency',
  severity: 'advice',
  title: 'A CronJob says whether a run may begin while the last one goes on',
  why: 'By default it may. A job that once takes longer than its interval then runs twice at the same time. `Forbid` avoids that for runs of the schedule; it is no lock.',
  peers: ['datree/CRONJOB_MISSING_CONCURRENCYPOLICY_KEY'],
  check: forEachOfKind(CRON_JOB, (job) =>
    at(job, 'spec', 'concurrencyPolicy') === undefined
      ? {
          field: 'spec.concurrencyPolicy',
          message: 'Runs may overlap',
          remedy: 'Write `Forbid`, or `Allow` if that is meant',
        }
      : undefined,
  ),
}

const hangingRun: Rule = {
  id: 'job/hanging-run',
  severity: 'warning',
  title: 'A run that hangs does not keep all later ones from starting',
  why: 'With `concurrencyPolicy: Forbid` nothing starts while a run goes on, so one that never ends stops the schedule for good, silently.',
  check: forEachOfKind(CRON_JOB, (job) => {
    if (at(job, 'spec', 'concurrencyPolicy') !== 'Forbid') return undefined
    const { spec } = fields(at(job, 'spec', 'jobTemplate'))
    const inPod = at(spec, 'template', 'spec', 'activeDeadlineSeconds')
    if (at(spec, 'activeDeadlineSeconds') !== undefined || inPod !== undefined) return undefined
    return {
      field: 'spec.jobTemplate.spec.activeDeadlineSeconds',
      message: 'A run may take for ever',
      remedy: 'Write `activeDeadlineSeconds` with a few times what a run takes',
    }
  }),
}

const restartPolicy: Rule = {
  id: 'job/restart-policy',
  severity: 'error',
  title: 'Pods of a Job are not restarted for ever',
  why: 'The API server refuses `Always`, which is also the default, for Jobs.',
  peers: ['kube-score/cronjob-restartpolicy'],
  check: forEachWorkload(({ kind, podSpec, podField }) => {
    if (kind !== 'Job' && kind !== 'CronJob') return undefined
    if (podSpec.restartPolicy === 'Never' || podSpec.restartPolicy === 'OnFailure') {
      return undefined
    }
    return {
      field: `${podField}.restartPolicy`,
      message: `\`restartPolicy\` is ${String(podSpec.restartPolicy ?? 'Always, the default')}`,
      remedy: 'Write `Never`, which keeps the log of every attempt, or `OnFailure`',
    }
  }),
}

const ttl: Rule = {
  id: 'job/ttl',
  severity: 'advice',
  title: 'A finished Job is cleaned up by whoever made it',
  why: 'A Job by itself stays until somebody deletes it. A Job of a CronJob is cleaned up by the history limits; a time to live beside them removes failed runs before anybody has looked.',
  peers: ['kube-linter/job-ttl-seconds-after-finished'],
  check: forEachOfKind(['batch/Job', CRON_JOB], (job) => {
    const isCron = job.kind === 'CronJob'
    const path = isCron ? ['spec', 'jobTemplate', 'spec'] : ['spec']
    const field = [...path, 'ttlSecondsAfterFinished'].join('.')
    const isSet = at(job, ...path, 'ttlSecondsAfterFinished') !== undefined
    if (isCron === !isSet) return undefined
    return isCron
      ? {
          field,
          message: 'Both the history limits and a time to live clean up',
          remedy: 'Remove it; set `failedJobsHistoryLimit`',
        }
      : { field, message: 'The Job stays when it is done', remedy: 'Write 86400, for one day' }
  }),
}

export const jobRules: readonly Rule[] = [
  schedule,
  unknownTimeZone,
  timeZone,
  deadlineTooShort,
  deadlineMissing,
  concurrency,
  hangingRun,
  restartPolicy,
  ttl,
]
