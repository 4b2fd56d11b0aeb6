import { at, items, number } from '../../manifests/fields.ts'
import { forEachContainer, forEachWorkload } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { gracePeriodOf, preStopSecondsOf } from '../termination.ts'
import type { Container } from '../workload.ts'

/** Seconds that a program needs at least to notice SIGTERM and end what it is doing. */
const MARGIN_SECONDS = 5

/** Longest grace period that Cluster Autoscaler waits for, `--max-graceful-termination-sec`. */
const AUTOSCALER_SECONDS = 600

const preStopBudget: Rule = {
  id: 'grace/prestop-budget',
  severity: 'error',
  title: 'The grace period is longer than the preStop hook',
  why: 'The clock starts with the hook. If it takes all of the time, the program gets SIGTERM and SIGKILL together and drops what it was doing. A `sleep` above the period is refused by the API server.',
  check: forEachContainer((container, workload) => {
    const grace = gracePeriodOf(workload)
    const preStop = preStopSecondsOf(container)
    if (preStop === 0 || preStop < grace) return undefined
    return {
      field: `${container.field}.lifecycle.preStop`,
      message: `The hook takes ${preStop} s of a grace period of ${grace} s`,
      remedy: `Set \`terminationGracePeriodSeconds\` to ${preStop + 30 + MARGIN_SECONDS}, or sleep less`,
    }
  }),
}

const margin: Rule = {
  id: 'grace/margin',
  severity: 'advice',
  title: 'There is time to end after the preStop hook',
  why: 'Requests that are being answered, or a hand-over, need more than an instant.',
  check: forEachContainer((container, workload) => {
    const left = gracePeriodOf(workload) - preStopSecondsOf(container)
    if (preStopSecondsOf(container) === 0 || left <= 0 || left >= MARGIN_SECONDS) return undefined
    return {
      field: `${workload.podField}.terminationGracePeriodSeconds`,
      message: `After the preStop hook ${left} s are left to end`,
      remedy: `Raise \`terminationGracePeriodSeconds\` by ${MARGIN_SECONDS - left} or more`,
    }
  }),
}

const zero: Rule = {
  id: 'grace/zero',
  severity: 'warning',
  title: 'Pods get time to end',
  why: 'With 0 seconds the pod object is gone before the program has stopped. A StatefulSet then starts the next pod of the same name while the old one still writes.',
  check: forEachWorkload(({ podSpec, podField }) =>
    podSpec.terminationGracePeriodSeconds === 0
      ? {
          field: `${podField}.terminationGracePeriodSeconds`,
          message: 'Pods are killed at once',
          remedy: 'Remove the field for 30 seconds, or write what the program needs to end',
        }
      : undefined,
  ),
}

const tooLong: Rule = {
  id: 'grace/too-long',
  severity: 'advice',
  title: 'Pods end within ten minutes',
  why: 'Cluster Autoscaler waits no longer than that for a pod when it removes a node, and then kills it.',
  check: forEachWorkload(({ podSpec, podField }) => {
    const grace = number(podSpec.terminationGracePeriodSeconds) ?? 0
    if (grace <= AUTOSCALER_SECONDS) return undefined
    return {
      field: `${podField}.terminationGracePeriodSeconds`,
      message: `Pods may take ${grace} s to end`,
      remedy: 'Keep work that takes so long in Jobs, or make it resumable',
    }
  }),
}

const handlesTraffic = ({ role, spec }: Container): boolean =>
  role === 'main' && items(spec.ports).length > 0

const noPreStop: Rule = {
  id: 'grace/no-prestop',
  severity: 'advice',
  title: 'What serves a Service keeps serving for a moment after it was told to end',
  why: 'The pod gets SIGTERM at the same time as the nodes learn that it is going. Until all of them have, they send it new connections, which are refused.',
  peers: ['datree/CONTAINERS_MISSING_PRESTOP_KEY'],
  check: forEachContainer((container, workload, objects) => {
    if (!workload.isLongRunning || !handlesTraffic(container)) return undefined
    if (objects.servicesOf(workload).length === 0) return undefined
    if (at(container.spec, 'lifecycle', 'preStop') !== undefined) return undefined
    return {
      field: `${container.field}.lifecycle.preStop`,
      message: 'The container stops serving while connections still arrive',
      remedy: 'Write `preStop: { sleep: { seconds: 10 } }` and raise the grace period by as much',
    }
  }),
}

const execSleep: Rule = {
  id: 'grace/exec-sleep',
  severity: 'advice',
  title: 'A preStop hook that waits uses the built-in sleep',
  why: 'An image without a shell has no `sleep` program: the hook fails and the container is killed at once.',
  check: forEachContainer(({ spec, field }, _, { targetVersions }) => {
    const command = items(at(spec, 'lifecycle', 'preStop', 'exec', 'command'))
    if (!/(^|[\s/])sleep\s+\d+\s*$/.test(command.join(' '))) return undefined
    if (targetVersions.some((version) => Number(version.split('.')[1]) < 30)) return undefined
    return {
      field: `${field}.lifecycle.preStop.exec`,
      message: `The hook runs ${JSON.stringify(command)}`,
      remedy: 'Write `preStop: { sleep: { seconds: … } }`, which needs nothing in the image',
    }
  }),
}

const postStart: Rule = {
  id: 'lifecycle/poststart',
  severity: 'advice',
  title: 'No container has a postStart hook',
  why: 'It runs beside the entry point in no particular order, and kills the container if it fails, with nothing in its log.',
  check: forEachContainer(({ spec, field }) =>
    at(spec, 'lifecycle', 'postStart') === undefined
      ? undefined
      : {
          field: `${field}.lifecycle.postStart`,
          message: 'The container has a postStart hook',
          remedy: 'Do it in the program itself, or in an init container',
        },
  ),
}

export const graceRules: readonly Rule[] = [
  preStopBudget,
  margin,
  zero,
  tooLong,
  noPreStop,
  execSleep,
  postStart,
]
