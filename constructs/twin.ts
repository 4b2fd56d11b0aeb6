import type { IConstruct } from 'constructs'

const TWIN = Symbol.for('lockstep.twin')

/** Notes that a construct has the id of another one in the same scope. */
export function markTwin(construct: IConstruct, first: IConstruct): void {
  Object.defineProperty(construct, TWIN, { value: first })
}

/** The construct whose id this one has too; `undefined` if there is none, as there should be. */
export const twinOf = (construct: IConstruct): IConstruct | undefined =>
  (construct as unknown as Record<symbol, IConstruct | undefined>)[TWIN]
