import type { TimedCall } from '../locks/timed-calls.ts'
import type { RolloutsResult } from '../rollouts.ts'
import type { Spread } from '../statistics.ts'
import type { AtRest } from './at-rest.ts'
import { EMPTY } from './gate-checks.ts'
import type { StepCost } from './one-step.ts'
import { PEERS } from './peers.ts'

/** Tables in Markdown. */
export const renderRollouts = ({
  ticks,
  steps,
  gates,
  coldStarts,
  atRest,
}: RolloutsResult): string =>
  [
    '| rollouts | a tick, s | moves in it | most memory, MiB |',
    '| --- | --- | --- | --- |',
    ...ticks.map(({ rollouts, ticks: measured, mebibytes }) => {
      const seconds = measured.map((one) => one.seconds.toFixed(2)).join(', ')
      const moves = measured.map((one) => one.moves).join(', ')
      return `| ${rollouts} | ${seconds} | ${moves} | ${mebibytes.toFixed(0)} |`
    }),
    '',
    '| a step | ms | requests | `git push` of one commit, ms | times that |',
    '| --- | --- | --- | --- | --- |',
    ...steps.map(renderStep),
    '',
    `| a question | median, ms | 99 %, ms | times ${EMPTY}, 99 % |`,
    '| --- | --- | --- | --- |',
    ...gates.map((call) => renderGate(call, gates)),
    '',
    `Cold start, to the first answer to a webhook: server ${range(coldStarts.server)} ms, function of AWS Lambda ${range(coldStarts.lambda)} ms; Node alone ${range(coldStarts.node)} ms; Worker ${range(coldStarts.workers)} ms, an empty one ${range(coldStarts.workerd)} ms`,
    '',
    ...renderAtRest(atRest),
    '',
    PEERS,
  ].join('\n')

const renderStep = ({ name, stepMs, pushMs, times, requests }: StepCost): string =>
  `| ${name} | ${range(stepMs)} | ${requests ?? ''} | ${range(pushMs)} | ${times.median.toFixed(2)} (${times.least.toFixed(2)} – ${times.most.toFixed(2)}) |`

function renderGate({ name, medianMs, p99Ms, reference }: TimedCall, calls: readonly TimedCall[]) {
  const empty = calls.find((call) => call.name === reference)
  const times = empty === undefined ? '' : (p99Ms / empty.p99Ms).toFixed(1)
  return `| ${name} | ${medianMs.toFixed(2)} | ${p99Ms.toFixed(2)} | ${times} |`
}

const renderAtRest = ({ apps, server, platform }: AtRest): readonly string[] => [
  `| ${apps} apps at rest | memory, MiB | processor | requests to the repository | requests to the cluster |`,
  '| --- | --- | --- | --- | --- |',
  `| server with a loop, in ${server.minutes} min | ${server.mebibytes.toFixed(0)} | ${server.cpuSecondsAMinute.toFixed(2)} s a minute | ${server.repositoryRequestsAMinute.toFixed(1)} a minute | ${server.clusterRequests} |`,
  `| function of AWS Lambda, once a minute | ${platform.mebibytes.toFixed(0)} | ${platform.cpuSecondsATick.toFixed(2)} s a tick | ${platform.repositoryRequestsATick.toFixed(1)} a tick | ${platform.clusterRequests} |`,
  '',
  `A tick of the function at rest: ${range(platform.warmMs)} ms, and ${platform.coldMs.toFixed(0)} ms with its start`,
]

const range = ({ median, least, most }: Spread): string =>
  `${median.toFixed(0)} (${least.toFixed(0)} – ${most.toFixed(0)})`
