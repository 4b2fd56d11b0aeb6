import type { TickResult } from '../../reconciler/tick.ts'
import type { LogSink } from '../http/log-sink.ts'

/** What a loop hears of its ticks, as log entries: commits, failures, and apps that need a person. */
export function tickLog(environment: string, log: LogSink) {
  let brokenBefore = ''
  return {
    onTick: ({ commits, broken }: TickResult): void => {
      for (const { commit, moves } of commits) {
        const done = moves.map(({ app, move }) => `${app}: ${move.action}`).join(', ')
        const message = `Rollouts of ${environment}: ${done}`
        log({ level: 'info', message, fields: { environment, commit } })
      }
      const problems = broken.map(({ app, problem }) => `${app}: ${problem}`)
      const brokenNow = problems.join('\n')
      // Once, and not each second until somebody has looked.
      if (brokenNow !== brokenBefore) {
        for (const problem of problems) {
          const message = `Nothing is done about a rollout of ${environment}. ${problem}`
          log({ level: 'warn', message, fields: { environment } })
        }
      }
      brokenBefore = brokenNow
    },
    onFailure: (error: unknown, againInMs: number | undefined): void => {
      const problem = error instanceof Error ? error.message : String(error)
      const remedy = error instanceof Error && 'remedy' in error ? `. ${error.remedy}` : ''
      const message = `The rollouts of ${environment} could not be looked at. ${problem}${remedy}`
      log({ level: 'warn', message, fields: { environment, againInMs } })
    },
  }
}
