import type { QueryVariable } from '../rollouts/analysis-metric.ts'
import type { MeasuredTrack } from '../rollouts/metrics.ts'
import { MetricsError } from '../rollouts/metrics-error.ts'

export type Variables = Readonly<Record<string, string>>

/** What names in Kubernetes are made of, and `120s`: nothing that ends a string or an expression. */
const HARMLESS = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/**
 * The variables of a query, for one track.
 *
 * @throws {MetricsError} for a name that Kubernetes would not take: it could change the query
 */
export function queryVariables(
  { namespace, app, track, deployment, service }: MeasuredTrack,
  windowSeconds: number,
): Readonly<Record<QueryVariable, string>> {
  const variables = { namespace, app, track, deployment, service, window: `${windowSeconds}s` }
  for (const [name, value] of Object.entries(variables)) {
    if (!HARMLESS.test(value)) {
      throw new MetricsError(`$${name} would be ${JSON.stringify(value)}, which is no name`)
    }
  }
  return variables
}

const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g

/**
 * Fills in `$name` and `${name}`.
 *
 * @param written how a value is written where it stands
 * @throws {MetricsError} for a variable that there is not
 */
export function fillVariables(
  text: string,
  variables: Variables,
  written: (value: string) => string,
): string {
  return text.replaceAll(VARIABLE, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? ''
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value === undefined) {
      const known = Object.keys(variables).map((each) => `$${each}`)
      throw new MetricsError(`nothing fills in ${whole}; use ${known.join(', ')}`)
    }
    return written(value)
  })
}
