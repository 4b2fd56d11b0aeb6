import { at, fields, items } from '../../manifests/fields.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachContainer, type Problem } from '../for-each.ts'
import { nanosOf } from '../quantities.ts'
import type { Rule } from '../rule.ts'
import type { Container, Workload } from '../workload.ts'

/** What the scheduler and the kernel must know of every container. */
const REQUIRED = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'memory'],
] as const

const required: Rule = {
  id: 'resources/required',
  severity: 'warning',
  title: 'Every container says how much CPU and memory it needs, and how much memory it may take',
  why: 'The scheduler packs pods without requests onto full nodes and evicts them first. Without a memory limit one leak takes the whole node.',
  peers: [
    'kube-score/container-resources',
    'kube-linter/unset-cpu-requirements',
    'kube-linter/unset-memory-requirements',
    'polaris/cpuRequestsMissing',
    'polaris/memoryRequestsMissing',
    'polaris/memoryLimitsMissing',
    'checkov/CKV_K8S_10',
    'checkov/CKV_K8S_12',
    'checkov/CKV_K8S_13',
  ],
  check: forEachContainer(({ spec, field }, { podSpec }) => {
    const missing = REQUIRED.filter(([part, name]) => !isSet(spec.resources, podSpec, part, name))
    if (missing.length === 0) return undefined
    const names = missing.map((path) => `\`${path.join('.')}\``)
    return {
      field: `${field}.resources`,
      message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} missing`,
      remedy: 'Measure the program under load and write what it needs',
    }
  }),
}

/** A limit without a request is the request too; a pod may have resources as a whole. */
const isSet = (own: unknown, podSpec: Workload['podSpec'], part: string, name: string): boolean =>
  [own, podSpec.resources].some(
    (resources) =>
      at(resources, part, name) !== undefined || at(resources, 'limits', name) !== undefined,
  )

const ephemeralStorage: Rule = {
  id: 'resources/ephemeral-storage',
  severity: 'advice',
  title: 'Every container says how much of the disk of its node it may fill',
  why: 'Logs and temporary files share the disk. When it is full, the kubelet evicts pods, and not the guilty one first.',
  peers: ['kube-score/container-ephemeral-storage-request-and-limit'],
  check: forEachContainer(({ spec, field }) =>
    at(spec.resources, 'limits', 'ephemeral-storage') === undefined
      ? {
          field: `${field}.resources.limits`,
          message: 'There is no limit for `ephemeral-storage`',
          remedy: 'Write a request and a limit, as 256Mi',
        }
      : undefined,
  ),
}

interface Amount {
  readonly field: string
  readonly name: string
  readonly value: unknown
}

const amountsOf = ({ spec, field }: Container): Amount[] =>
  ['requests', 'limits'].flatMap((part) =>
    Object.entries(fields(at(spec.resources, part))).map(([name, value]) => ({
      field: `${field}.resources.${part}["${name}"]`,
      name,
      value,
    })),
  )

const ONE = 1_000_000_000n
/** Less than any program needs; Kubernetes accepts it, and nothing starts. */
const LEAST_MEMORY = 1024n * 1024n * ONE

const quantity: Rule = {
  id: 'resources/quantity',
  severity: 'error',
  title: 'Amounts of resources are quantities that mean what was meant',
  why: 'The API server refuses what it cannot read. `128m` of memory it accepts, as an eighth of a byte, and no container starts.',
  check: forEachContainer((container) =>
    amountsOf(container).flatMap(({ field, name, value }): Problem[] => {
      const nanos = nanosOf(value)
      if (nanos === undefined || nanos < 0n) {
        return [
          {
            field,
            message: `${JSON.stringify(value)} is not a quantity`,
            remedy: 'Write it like 250m, 1.5 or 256Mi',
          },
        ]
      }
      if (name !== 'memory' || nanos === 0n || nanos >= LEAST_MEMORY) return []
      return [
        {
          field,
          message: `${JSON.stringify(value)} is less than 1 MiB of memory`,
          remedy: 'Write the unit: Mi for mebibytes, Gi for gibibytes',
        },
      ]
    }),
  ),
}

const limitBelowRequest: Rule = {
  id: 'resources/limit-below-request',
  severity: 'error',
  title: 'No limit is below its request',
  why: 'The API server refuses the workload.',
  check: forEachContainer(({ spec, field }) => {
    const requests = fields(at(spec.resources, 'requests'))
    return Object.entries(fields(at(spec.resources, 'limits'))).flatMap(([name, limit]) => {
      const [requested, limited] = [nanosOf(requests[name]), nanosOf(limit)]
      if (requested === undefined || limited === undefined || limited >= requested) return []
      return {
        field: `${field}.resources.limits["${name}"]`,
        message: `The limit ${String(limit)} is below the request ${String(requests[name])}`,
        remedy: 'Raise the limit, or lower the request',
      }
    })
  }),
}

const memoryOvercommit: Rule = {
  id: 'resources/memory-overcommit',
  severity: 'advice',
  title: 'A container may take as much memory as it requests',
  why: 'What is above the request was promised to nobody. When the node runs out, the pod is killed, although it was within its limit.',
  peers: ['kube-score/container-memory-requests-equal-limits'],
  check: forEachContainer(({ spec, field }) => {
    const request = nanosOf(at(spec.resources, 'requests', 'memory'))
    const limit = nanosOf(at(spec.resources, 'limits', 'memory'))
    if (request === undefined || limit === undefined || limit <= request) return undefined
    return {
      field: `${field}.resources.limits["memory"]`,
      message: `The memory limit is above the request`,
      remedy: 'Make them equal',
    }
  }),
}

const portDuplicate: Rule = {
  id: 'resources/duplicate-port',
  severity: 'warning',
  title: 'No container lists a port twice',
  why: 'Server-side apply finds ports by number and protocol: it refuses the list, or drops one of them.',
  check: forEachContainer(({ spec, field }) => {
    const seen = new Set<string>()
    return items(spec.ports).flatMap((port, index) => {
      if (!isRecord(port)) return []
      const key = `${String(port.containerPort)}/${String(port.protocol ?? 'TCP')}`
      const isTwice = seen.has(key)
      seen.add(key)
      return isTwice
        ? {
            field: `${field}.ports[${index}]`,
            message: `${key} is listed twice`,
            remedy: 'Keep one',
          }
        : []
    })
  }),
}

export const resourcesRules: readonly Rule[] = [
  required,
  ephemeralStorage,
  quantity,
  limitBelowRequest,
  memoryOvercommit,
  portDuplicate,
]
