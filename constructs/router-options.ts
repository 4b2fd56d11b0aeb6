import type { Duration } from 'cdk8s'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { givenOptions } from './given-options.ts'
import type { Mistakes } from './mistakes.ts'
import { type Options, record } from './options.ts'
import { anyone, namespace, type Peer } from './peer.ts'
import { type Shape, shape } from './shape.ts'
import type { Traffic } from './traffic.ts'
import { isDuration } from './value-shapes.ts'

/** The start of the paths that a route is about. */
export const ROUTE_PATH: Shape<string> = shape({
  expected: 'an absolute path',
  example: "'/'",
  is: (value) => typeof value === 'string' && value.startsWith('/'),
})

/** Whom a router lets in: the namespace of its proxies, or anyone. */
export function proxies(props: { readonly proxyNamespace?: string }): readonly Peer[] {
  const { proxyNamespace } = givenOptions(props)
  const isNamed = typeof proxyNamespace === 'string' && proxyNamespace !== ''
  return [isNamed ? namespace(proxyNamespace) : anyone()]
}

/** How long a router takes to settle. What cannot be understood is reported with its other options. */
export function settling(props: { readonly settle?: Duration }): Pick<Traffic, 'settle'> {
  const { settle } = givenOptions(props)
  return isDuration(settle) ? { settle } : {}
}

/** The options of a router, read for the app whose option `traffic` it is. */
export const readTraffic = <Props extends object>(
  props: Props,
  options: Options<Props>,
  mistakes: Mistakes,
): Props =>
  // An empty object lacks whatever is required, and says so once for each.
  record<Props>(options, '{ … }').read(isRecord(props) ? props : {}, 'traffic', mistakes) ?? props
