import { at, items, number } from '../../manifests/fields.ts'
import { forEachContainer, type Problem } from '../for-each.ts'
import { type Probe, type ProbeName, probeOf, startupBudgetOf } from '../probes.ts'
import type { Rule } from '../rule.ts'
import type { Container } from '../workload.ts'

const execOf = ({ spec }: Probe): readonly string[] =>
  items(at(spec, 'exec', 'command')).map((part) => String(part))

const forExecProbes = (judge: (probe: Probe) => Problem | undefined): Rule['check'] =>
  forEachContainer((container) =>
    (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).flatMap((name) => {
      const probe = probeOf(container, name)
      if (probe === undefined || execOf(probe).length === 0) return []
      return judge(probe) ?? []
    }),
  )

const execTimeout: Rule = {
  id: 'probe/exec-timeout',
  severity: 'warning',
  title: 'A probe that runs a command says how long it may take',
  why: 'The default is 1 second, and since Kubernetes 1.20 it is enforced: on a busy node a healthy container fails and is killed.',
  check: forExecProbes((probe) => {
    if (probe.spec.timeoutSeconds === undefined) {
      return {
        field: `${probe.field}.timeoutSeconds`,
        message: 'The command may take 1 second, which is the default',
        remedy: 'Write `timeoutSeconds` with a few times what the command needs',
      }
    }
    if (probe.timeout < probe.period) return undefined
    return {
      field: `${probe.field}.timeoutSeconds`,
      message: `The command may take ${probe.timeout} s and is run every ${probe.period} s`,
      remedy: 'Make the period longer than the timeout',
    }
  }),
}

const execCost: Rule = {
  id: 'probe/exec-cost',
  severity: 'advice',
  title: 'A probe that runs a command does so seldom',
  why: 'Each look starts a process inside of the container, counted against its limits, in every pod.',
  check: forExecProbes((probe) =>
    probe.period >= 10
      ? undefined
      : {
          field: `${probe.field}.periodSeconds`,
          message: `A process is started every ${probe.period} s`,
          remedy: 'Use `httpGet` or `grpc`, or look every 10 s',
        },
  ),
}

const livenessAggressive: Rule = {
  id: 'probe/liveness-aggressive',
  severity: 'warning',
  title: 'Liveness gives up later than readiness',
  why: 'A pod that is only slow should lose its traffic first. If it is killed first, its traffic goes to the others, which become slow in turn.',
  check: forEachContainer((container) => {
    const liveness = probeOf(container, 'livenessProbe')
    const readiness = probeOf(container, 'readinessProbe')
    if (liveness === undefined || readiness === undefined) return undefined
    const kills = liveness.period * liveness.failureThreshold
    const withdraws = readiness.period * readiness.failureThreshold
    if (kills > withdraws) return undefined
    return {
      field: liveness.field,
      message: `A slow pod is killed after ${kills} s and loses its traffic after ${withdraws} s`,
      remedy: 'Raise the period or `failureThreshold` of liveness, or lower those of readiness',
    }
  }),
}

const CLIENTS =
  /(^|[\s/])(pg_isready|psql|redis-cli|mysql(admin)?|mongosh?|kafkacat|nc|wget|curl)(\s|$)/
const LOCAL = /localhost|127\.0\.0\.1|\[?::1\]?|\$\(?\{?(HOSTNAME|POD_IP)/
const DEEP_PATH = /\/(db|deps|dependencies|deep|full|all|downstream)(\/|$)/

/** What outside of the container a probe depends on; `undefined` if nothing is seen. */
function outsideOf(probe: Probe): string | undefined {
  const host = at(probe.spec, 'httpGet', 'host') ?? at(probe.spec, 'tcpSocket', 'host')
  if (typeof host === 'string' && !LOCAL.test(host)) return `it asks '${host}'`
  const path = at(probe.spec, 'httpGet', 'path')
  if (typeof path === 'string' && DEEP_PATH.test(path)) return `'${path}' looks like a deep check`
  const command = execOf(probe).join(' ')
  if (!CLIENTS.test(command) || LOCAL.test(command)) return undefined
  // Clients without an address ask the server in the same container.
  const names = /(^|\s)(-h|--host[= ]|https?:\/\/|nc\s+\S)/.test(command)
  return names ? `it runs \`${command}\`` : undefined
}

const external = (
  name: ProbeName,
  rule: Pick<Rule, 'id' | 'severity' | 'title' | 'why'>,
): Rule => ({
  ...rule,
  check: forEachContainer((container) => {
    const probe = probeOf(container, name)
    const outside = probe === undefined ? undefined : outsideOf(probe)
    if (probe === undefined || outside === undefined) return undefined
    return {
      field: probe.field,
      message: `The probe depends on something else: ${outside}`,
      remedy: 'Let it ask the process alone; watch what it depends on by metrics and alerts',
    }
  }),
})

const livenessExternal = external('livenessProbe', {
  id: 'probe/liveness-external',
  severity: 'warning',
  title: 'Liveness depends on nothing outside of the container',
  why: 'When the database is away for a minute, every pod of every app that asks it is restarted, at the same time, and all come back at the same time.',
})

const readinessExternal = external('readinessProbe', {
  id: 'probe/readiness-external',
  severity: 'advice',
  title: 'Readiness depends on nothing that all pods share',
  why: 'If what they share fails, all pods are withdrawn at once, and callers get no answer instead of an error that they could handle.',
})

/** Seconds that Kubernetes waits for progress when the Deployment does not say. */
const DEFAULT_DEADLINE = 600

const startupVsDeadline: Rule = {
  id: 'probe/startup-vs-deadline',
  severity: 'error',
  title: 'A pod may finish starting before the update is given up',
  why: 'The update is reported as failed while the pods are still within the time that they were promised.',
  check: forEachContainer((container, { kind, object }) => {
    if (kind !== 'Deployment') return undefined
    const deadline = number(at(object, 'spec', 'progressDeadlineSeconds')) ?? DEFAULT_DEADLINE
    const minReady = number(at(object, 'spec', 'minReadySeconds')) ?? 0
    const budget = startupBudgetOf(container)
    if (budget === 0 || budget + minReady < deadline) return undefined
    return {
      field: 'spec.progressDeadlineSeconds',
      message: `'${container.name}' may take ${budget} s to start and must be ready for ${minReady} s, but the deadline is ${deadline} s`,
      remedy: `Set \`progressDeadlineSeconds\` to ${2 * budget + minReady + 120} or more`,
    }
  }),
}

const startupShort = (container: Container): boolean => startupBudgetOf(container) < 10

const startupBudget: Rule = {
  id: 'probe/startup-budget',
  severity: 'advice',
  title: 'A container may take at least ten seconds to start',
  why: 'On a node that starts many pods at once everything is slow; a tight budget turns that into a crash loop.',
  check: forEachContainer((container) => {
    if (container.spec.startupProbe === undefined || !startupShort(container)) return undefined
    return {
      field: `${container.field}.startupProbe.failureThreshold`,
      message: `The container is killed if it is not up after ${startupBudgetOf(container)} s`,
      remedy: 'Raise `failureThreshold`; a generous budget costs nothing when the start is quick',
    }
  }),
}

export const probeTimingRules: readonly Rule[] = [
  execTimeout,
  execCost,
  livenessAggressive,
  livenessExternal,
  readinessExternal,
  startupVsDeadline,
  startupBudget,
]
