import type { QueryVariable } from '../rollouts/analysis-metric.ts'

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g

/** A query with what its variables stand for; `undefined` ones stay as they are. */
export const fillQuery = (
  query: string,
  values: Readonly<Partial<Record<QueryVariable, string>>>,
): string =>
  query.replaceAll(
    VARIABLE,
    (written, braced?: string, plain?: string) =>
      values[(braced ?? plain) as QueryVariable] ?? written,
  )

/** Whether a query has a variable in it. */
export const usesVariable = (query: string, name: QueryVariable): boolean =>
  Array.from(query.matchAll(VARIABLE), ([, braced, plain]) => braced ?? plain).includes(name)
