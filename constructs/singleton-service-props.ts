import { ADOPTION, type Adoption } from './adoption.ts'
import { type BlockedDrains, DRAINS } from './drains.ts'
import { GUARANTEE, type Guarantee, STAND_IN_GUARANTEE } from './guarantee.ts'
import { type Options, optional, required } from './options.ts'
import { MAY_SERVE_OPTIONS, POD_OPTIONS, type PodProps, type ServedProps } from './pod-props.ts'
import { TRAFFIC, type Traffic } from './traffic.ts'

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
  ...MAY_SERVE_OPTIONS,
  guarantee: required(GUARANTEE, STAND_IN_GUARANTEE),
  traffic: optional(TRAFFIC),
  drains: optional(DRAINS),
  adopt: optional(ADOPTION),
} satisfies Options<SingletonServiceProps>
