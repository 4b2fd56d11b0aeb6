import { at, fields, items } from '../../manifests/fields.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { forEachOfKind, type Problem } from '../for-each.ts'
import type { Rule } from '../rule.ts'

/** One rule of a route that retries. */
interface Retrying {
  readonly field: string
  readonly rule: unknown
  readonly hasTimeout: boolean
}

const HTTP_ROUTE = 'gateway.networking.k8s.io/HTTPRoute'
const VIRTUAL_SERVICE = 'networking.istio.io/VirtualService'

function retryingRules({ kind, spec }: KubernetesObject): Retrying[] {
  const [rules, retry, timeout] =
    kind === 'HTTPRoute'
      ? (['rules', 'retry', ['timeouts', 'request']] as const)
      : (['http', 'retries', ['timeout']] as const)
  return items(at(spec, rules)).flatMap((rule, index) => {
    const { attempts = 0 } = fields(at(rule, retry))
    if (attempts === 0) return []
    const hasTimeout = at(rule, ...timeout) !== undefined
    return { field: `spec.${rules}[${index}].${retry}`, rule, hasTimeout }
  })
}

const forEachRetrying = (
  isFine: (retrying: Retrying) => boolean,
  problem: Omit<Problem, 'field'>,
): Rule['check'] =>
  forEachOfKind([HTTP_ROUTE, VIRTUAL_SERVICE], (route) =>
    retryingRules(route)
      .filter((retrying) => !isFine(retrying))
      .map(({ field }) => ({ field, ...problem })),
  )

const retryBudget: Rule = {
  id: 'mesh/retry-budget',
  severity: 'advice',
  title: 'A request that is retried has a time limit for all attempts together',
  why: 'Retries multiply the load of a service that is already too slow, and go on after the caller has given up.',
  check: forEachRetrying(({ hasTimeout }) => hasTimeout, {
    message: 'The route retries without a limit for the whole request',
    remedy: 'Add a timeout below that of the caller',
  }),
}

const SAFE_METHODS: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Whether every request that a rule takes may be sent twice without doing anything twice. */
const isIdempotent = (rule: unknown): boolean => {
  const matches = [...items(at(rule, 'matches')), ...items(at(rule, 'match'))]
  const methods = matches.map((match) => at(match, 'method'))
  return (
    methods.length > 0 &&
    methods.every((method) => SAFE_METHODS.has(isRecord(method) ? method.exact : method))
  )
}

const retryNonIdempotent: Rule = {
  id: 'mesh/retry-non-idempotent',
  severity: 'advice',
  title: 'Only requests that may be sent twice are retried',
  why: 'A POST whose answer was lost is done twice: two orders, two payments.',
  check: forEachRetrying(({ rule }) => isIdempotent(rule), {
    message: 'The route also retries requests that are not idempotent',
    remedy: 'Retry in a rule of its own that matches GET, HEAD, PUT and DELETE',
  }),
}

export const meshRules: readonly Rule[] = [retryBudget, retryNonIdempotent]
