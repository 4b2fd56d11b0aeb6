import type { Construct, IConstruct } from 'constructs'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'

const STATES = Symbol.for('lockstep.checkedStates')

/** A state that an app will be in although nobody writes it, as a release in the middle. */
export interface CheckedState {
  /** What it is, for findings: `in flight, at the first step`. Apps of one state are checked together. */
  readonly name: string
  /** The app's objects in that state, made from those that are written. Called once, at synth. */
  readonly objects: (written: readonly KubernetesObject[]) => readonly KubernetesObject[]
}

/** Has synth check a state of an app as if it were written. What is found is reported on the construct. */
export function alsoCheck(construct: Construct, state: CheckedState): void {
  const states = checkedStatesOf(construct)
  if (states.length === 0) Object.defineProperty(construct, STATES, { value: [state] })
  else (states as CheckedState[]).push(state)
}

export const checkedStatesOf = (construct: IConstruct): readonly CheckedState[] =>
  ((construct as unknown as Record<symbol, unknown>)[STATES] as CheckedState[] | undefined) ?? []
