import type { Adoption } from './adoption.ts'
import type { BlockedDrains } from './drains.ts'
import type { Guarantee } from './guarantee.ts'
import type { OptionNames } from './option-names.ts'
import { POD_OPTIONS, type PodProps, SERVED_OPTIONS, type ServedProps } from './pod-props.ts'
import type { Traffic } from './traffic.ts'

export interface SingletonServiceProps extends PodProps, Partial<ServedProps> {
  /** Which failure it may have. There is no default, since every choice has a price. */
  readonly guarantee: Guarantee

  /**
   * How requests from outside the cluster reach it.
   *
   * @default - they do not
   */
  readonly traffic?: Traffic

  /**
   * Whether a drain may end its pods: made by `neverWithout`.
   *
   * @default - it may, one at a time; what comes of that the guarantee says
   */
  readonly drains?: BlockedDrains

  /**
   * A running workload of the same kind to take over, with the name and selector that it has.
   *
   * @default - none; the name is the construct's id
   */
  readonly adopt?: Adoption
}

export const SINGLETON_SERVICE_OPTIONS = {
  ...POD_OPTIONS,
  ...SERVED_OPTIONS,
  guarantee: true,
  traffic: true,
  drains: true,
  adopt: true,
} satisfies OptionNames<SingletonServiceProps>
