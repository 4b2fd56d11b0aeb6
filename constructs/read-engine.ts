import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Mistakes } from './mistakes.ts'
import { type Options, record } from './options.ts'

/** The options of an engine, read for the app whose option `engine` it is. */
export const readEngine = <Props extends object>(
  props: Props,
  options: Options<Props>,
  mistakes: Mistakes,
): Props =>
  record<Props>(options, '{ … }').read(isRecord(props) ? props : {}, 'engine', mistakes) ?? props
