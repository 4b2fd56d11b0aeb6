import { Duration } from 'cdk8s'
import { SingletonJob } from '../../constructs/singleton-job.ts'
import { everything } from './everything.ts'
import { golden, least } from './golden.ts'

export const jobs = [
  golden('job-least', (scope, id) => {
    new SingletonJob(scope, id, { ...least, schedule: '0 3 * * *', timeZone: 'Asia/Seoul' })
  }),
  golden('job-locked', (scope, id) => {
    new SingletonJob(scope, id, { ...least, schedule: '0 3 * * *', timeZone: 'UTC', lock: true })
  }),
  golden('job-everything', (scope, id) => {
    const { shutdown: _, ...shared } = everything(scope)
    new SingletonJob(scope, id, {
      ...shared,
      schedule: '*/15 8-18 * * 1-5',
      timeZone: 'Europe/Berlin',
      deadline: Duration.minutes(10),
      startingDeadline: Duration.minutes(1),
      retries: 4,
      fatalExitCodes: [64, 65],
      history: { successful: 1, failed: 10 },
      lock: { lease: { duration: Duration.seconds(30), renewDeadline: Duration.seconds(20) } },
    })
  }),
] as const
