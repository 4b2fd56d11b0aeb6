import { Construct } from 'constructs'
import { dnsLabelProblem, MAX_LABEL_LENGTH } from '../manifests/names.ts'
import { preview } from '../manifests/preview.ts'
import type { Mistakes } from './mistakes.ts'

/** Stands in the path of a construct that was given no id. */
const NO_ID = '(no id)'

/**
 * Scope and id as the base class can take them, whatever was given. What is wrong with the id
 * `readId` reports, once there is a construct to report it on.
 *
 * @throws {NoScopeError} without a scope there is no tree in which a mistake could be collected
 */
export function placeOf(scope: unknown, id: unknown): [scope: Construct, id: string] {
  if (!Construct.isConstruct(scope)) throw new NoScopeError(scope, id)
  return [scope as Construct, typeof id === 'string' && id !== '' ? id : NO_ID]
}

export interface ReadIdProps {
  /** What Kubernetes or Lockstep will append to the name. */
  readonly suffix?: string | undefined
  readonly example: string
}

/** The id as a name of objects. One that cannot be is reported, and one that can be takes its place. */
export function readId(
  { node: { id } }: Construct,
  { suffix, example }: ReadIdProps,
  mistakes: Mistakes,
): string {
  const remedy = `Use a name like \`${example}\``
  if (id === NO_ID) {
    mistakes.add({ option: 'id', problem: 'must be a text that is not empty', remedy })
    return example
  }
  const problem = dnsLabelProblem(id, suffix === undefined ? {} : { suffix })
  if (problem === undefined) return id
  mistakes.add({ option: 'id', value: id, problem, remedy })
  return nearestName(id, MAX_LABEL_LENGTH - (suffix?.length ?? 0)) || example
}

const nearestName = (id: string, length: number): string =>
  id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, length)
    .replaceAll(/^-+|-+$/g, '')

/** A construct was made without the construct that it belongs to. */
export class NoScopeError extends Error {
  override readonly name = 'NoScopeError'
  readonly code = 'NO_SCOPE'
  readonly remedy = "Pass it: `new Namespace(environment, 'shop')`"

  constructor(scope: unknown, id: unknown) {
    super(
      `Construct ${preview(id)} needs the construct that it belongs to as its first argument, got ${preview(scope)}`,
    )
  }
}
