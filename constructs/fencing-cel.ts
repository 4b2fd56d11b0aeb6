import type { IIoK8sApiAdmissionregistrationV1Variable } from 'kubernetes-models/admissionregistration.k8s.io/v1/Variable'
import type { Written } from './written.ts'

/*
 * Fencing tokens in CEL, the language of admission policies. A token is an epoch,
 * `<store>.<generation>`, and a decimal that no integer of CEL can hold (K42).
 */

/** Longest as for `parseToken`; without leading zeros, so the longer of two decimals is larger. */
const DECIMAL = "r'^(0|[1-9][0-9]{0,38})$'"
const EPOCH = "r'^[^:\\s]+[.][1-9][0-9]{0,9}$'"

/** Name of the object that a request is about. That of the request is empty for collections. */
export const NAME = "(request.operation == 'DELETE' ? oldObject : object).metadata.name"

export type Variables = readonly Written<IIoK8sApiAdmissionregistrationV1Variable>[]

/** The value of an annotation; empty if it is absent. */
export const annotationOf = (object: string, annotation: string): string =>
  `${object}.metadata.?annotations[?'${annotation}'].orValue('')`

export interface TokenProps {
  /** The decimal, as CEL. */
  readonly number: string
  /** As CEL. */
  readonly epoch: string
}

/**
 * Variables of a token: `NAMENumber`, `NAMEEpoch`, `NAMEIsToken`, and if it is one, `NAMEStore` and
 * `NAMEGeneration`. CEL evaluates them when they are first used, or never.
 */
export const tokenVariables = (name: string, { number, epoch }: TokenProps): Variables => [
  { name: `${name}Number`, expression: number },
  { name: `${name}Epoch`, expression: epoch },
  {
    name: `${name}IsToken`,
    expression: `variables.${name}Number.matches(${DECIMAL}) && variables.${name}Epoch.matches(${EPOCH})`,
  },
  {
    name: `${name}Store`,
    expression: `variables.${name}Epoch.substring(0, variables.${name}Epoch.lastIndexOf('.'))`,
  },
  {
    name: `${name}Generation`,
    expression: `int(variables.${name}Epoch.substring(variables.${name}Epoch.lastIndexOf('.') + 1))`,
  },
]

/** Whether two tokens are of one store, so that they can be compared. Both must be tokens. */
export const isSameStore = (a: string, b: string): string =>
  `variables.${a}Store == variables.${b}Store`

/** Whether `a` is no older than `b`. Both must be tokens, of one store. */
export const isNoOlder = (a: string, b: string): string => {
  const [number, other] = [`variables.${a}Number`, `variables.${b}Number`]
  const [generation, otherGeneration] = [`variables.${a}Generation`, `variables.${b}Generation`]
  return [
    `${generation} > ${otherGeneration}`,
    `${generation} == ${otherGeneration} && (size(${number}) > size(${other}) || size(${number}) == size(${other}) && ${number} >= ${other})`,
  ].join(' || ')
}

/** Whether both say the very same, token or not. */
export const isSameToken = (a: string, b: string): string =>
  `variables.${a}Number == variables.${b}Number && variables.${a}Epoch == variables.${b}Epoch`

/** Whether the namespace is being deleted, and everything in it has to go. Not for matchConditions (K45). */
export const IS_TEARDOWN = 'namespaceObject.metadata.?deletionTimestamp.hasValue()'

/** Whether the condition holds, for operations of that kind. */
export const on = (operation: 'CREATE' | 'UPDATE' | 'DELETE', condition: string): string =>
  `request.operation != '${operation}' || (${condition})`

export const celText = (text: string): string => JSON.stringify(text)
