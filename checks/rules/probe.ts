import { at, items, number } from '../../manifests/fields.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachContainer, forEachWorkload } from '../for-each.ts'
import { type Probe, type ProbeName, probeOf } from '../probes.ts'
import type { Rule } from '../rule.ts'
import type { Container } from '../workload.ts'

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const

const probesOf = (container: Container): readonly (readonly [ProbeName, Probe])[] =>
  PROBES.flatMap((name) => {
    const probe = probeOf(container, name)
    return probe === undefined ? [] : [[name, probe] as const]
  })

const readinessMissing: Rule = {
  id: 'probe/readiness-missing',
  severity: 'warning',
  title: 'What a Service sends traffic to says when it is ready',
  why: 'Without a readiness probe a pod gets traffic the moment that its process exists, and an update goes on whether or not the new pods can serve.',
  peers: [
    'kube-score/pod-probes',
    'kube-linter/no-readiness-probe',
    'polaris/readinessProbeMissing',
    'checkov/CKV_K8S_9',
    'kubescape/C-0018',
  ],
  check: forEachWorkload((workload, objects) => {
    if (!workload.isLongRunning || objects.servicesOf(workload).length === 0) return undefined
    const serving = workload.containers.filter(({ role }) => role !== 'init')
    if (serving.some(({ spec }) => spec.readinessProbe !== undefined)) return undefined
    return {
      field: `${serving[0]?.field ?? workload.podField}.readinessProbe`,
      message: 'None of its containers has a readiness probe',
      remedy: 'Add `readinessProbe` with a path that answers 200 once the program can serve',
    }
  }),
}

const livenessMissing: Rule = {
  id: 'probe/liveness-missing',
  severity: 'advice',
  title: 'A program that hangs is restarted',
  why: 'A process that is alive and does nothing stays so until a person restarts it.',
  peers: [
    'polaris/livenessProbeMissing',
    'checkov/CKV_K8S_8',
    'kube-linter/no-liveness-probe',
    'kubescape/C-0056',
  ],
  check: forEachWorkload(({ isLongRunning, containers, podField }) => {
    const running = containers.filter(({ role }) => role !== 'init')
    if (!isLongRunning || running.some(({ spec }) => spec.livenessProbe !== undefined)) {
      return undefined
    }
    return {
      field: `${running[0]?.field ?? podField}.livenessProbe`,
      message: 'None of its containers has a liveness probe',
      remedy: 'Add `livenessProbe` with a path that asks nobody else',
    }
  }),
}

const startupMissing: Rule = {
  id: 'probe/startup-missing',
  severity: 'advice',
  title: 'A container with a liveness probe has a startup probe',
  why: 'Until the startup probe passes, liveness does not count. Without it a slow start, as on a busy node, is killed again and again.',
  check: forEachContainer((container) => {
    if (container.spec.livenessProbe === undefined) return undefined
    if (container.spec.startupProbe !== undefined) return undefined
    return {
      field: `${container.field}.startupProbe`,
      message: 'The liveness probe counts from the first second',
      remedy:
        'Add `startupProbe` with a budget of the slowest start: periodSeconds × failureThreshold',
    }
  }),
}

/** What a probe asks, so that two that ask the same are equal. Named ports may be the same port. */
function question(probe: Probe): string | undefined {
  const { httpGet, tcpSocket, exec, grpc } = probe.spec
  if (isRecord(httpGet)) return JSON.stringify(['http', httpGet.path ?? '/'])
  if (isRecord(tcpSocket)) return JSON.stringify(['tcp', tcpSocket.port])
  if (isRecord(exec)) return JSON.stringify(['exec', exec.command])
  return isRecord(grpc) ? JSON.stringify(['grpc', grpc.port, grpc.service]) : undefined
}

const identical: Rule = {
  id: 'probe/identical',
  severity: 'warning',
  title: 'Liveness and readiness ask different questions',
  why: 'A pod that is only too busy to take more traffic is then killed instead of left to finish, which gives its work to the others, and so on until none is left.',
  peers: ['kube-score/pod-probes-identical'],
  check: forEachContainer((container) => {
    const liveness = probeOf(container, 'livenessProbe')
    const readiness = probeOf(container, 'readinessProbe')
    if (liveness === undefined || readiness === undefined) return undefined
    if (question(liveness) === undefined || question(liveness) !== question(readiness)) {
      return undefined
    }
    return {
      field: liveness.field,
      message: 'Liveness and readiness ask the same',
      remedy: 'Let liveness ask whether the process still answers, as `/livez`, and nothing else',
    }
  }),
}

const portOf = ({ spec }: Probe): unknown =>
  at(spec, 'httpGet', 'port') ?? at(spec, 'tcpSocket', 'port')

const portName: Rule = {
  id: 'probe/port-name',
  severity: 'error',
  title: 'A probe of a named port names a port of its container',
  why: 'The kubelet cannot find the port, the probe always fails, and the container is killed or never ready.',
  check: forEachContainer((container) => {
    const names = items(container.spec.ports).map((port) => at(port, 'name'))
    return probesOf(container)
      .filter(([, probe]) => typeof portOf(probe) === 'string' && !names.includes(portOf(probe)))
      .map(([, probe]) => ({
        field: probe.field,
        message: `The container has no port called '${String(portOf(probe))}'`,
        remedy: 'Add it to `ports`, or use the number',
      }))
  }),
}

const undeclaredPort: Rule = {
  id: 'probe/undeclared-port',
  severity: 'advice',
  title: 'A probed port is declared',
  why: 'Network policies, meshes and readers of the manifest learn of a port from the list of ports.',
  peers: ['kube-linter/liveness-port', 'kube-linter/readiness-port', 'kube-linter/startup-port'],
  check: forEachContainer((container) => {
    const numbers = items(container.spec.ports).map((port) => at(port, 'containerPort'))
    return probesOf(container)
      .filter(([, probe]) => typeof portOf(probe) === 'number' && !numbers.includes(portOf(probe)))
      .map(([, probe]) => ({
        field: probe.field,
        message: `Port ${String(portOf(probe))} is not in the container's \`ports\``,
        remedy: 'Add it with a name, and probe it by that name',
      }))
  }),
}

const HANDLERS = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const

const handler: Rule = {
  id: 'probe/handler',
  severity: 'error',
  title: 'A probe asks in exactly one way',
  why: 'The API server refuses a probe with no handler or with two.',
  check: forEachContainer((container) =>
    probesOf(container).flatMap(([, probe]) => {
      const used = HANDLERS.filter((name) => probe.spec[name] !== undefined)
      if (used.length === 1) return []
      return {
        field: probe.field,
        message: `The probe has ${used.length === 0 ? 'no handler' : used.join(' and ')}`,
        remedy: `Write one of ${HANDLERS.join(', ')}`,
      }
    }),
  ),
}

const successThreshold: Rule = {
  id: 'probe/success-threshold',
  severity: 'error',
  title: 'Startup and liveness probes succeed at the first success',
  why: 'The API server refuses any `successThreshold` but 1 for them.',
  check: forEachContainer((container) =>
    probesOf(container)
      .filter(
        ([name, { spec }]) =>
          name !== 'readinessProbe' && (number(spec.successThreshold) ?? 1) !== 1,
      )
      .map(([, { field, spec }]) => ({
        field: `${field}.successThreshold`,
        message: `\`successThreshold: ${String(spec.successThreshold)}\` is not 1`,
        remedy: 'Remove the field',
      })),
  ),
}

const initContainer: Rule = {
  id: 'probe/init-container',
  severity: 'error',
  title: 'Only containers that keep running have probes and lifecycle hooks',
  why: 'The API server refuses them on an init container that runs to its end.',
  check: forEachContainer(({ role, spec, field }) =>
    role !== 'init'
      ? undefined
      : [...PROBES, 'lifecycle']
          .filter((name) => spec[name] !== undefined)
          .map((name) => ({
            field: `${field}.${name}`,
            message: `An init container cannot have \`${name}\``,
            remedy: 'Remove it, or make the container a sidecar: `restartPolicy: Always`',
          })),
  ),
}

export const probeRules: readonly Rule[] = [
  readinessMissing,
  livenessMissing,
  startupMissing,
  identical,
  portName,
  undeclaredPort,
  handler,
  successThreshold,
  initContainer,
]
