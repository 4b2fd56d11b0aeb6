import { ELECTION_OPTIONS, ELECTOR, type ElectionOptions } from './election-options.ts'
import { optional, required } from './options.ts'
import { choice } from './shape.ts'
import { oneOf, whole } from './value-shapes.ts'

/** What an elected service says: who is elected, by whom, and for what. */
export type ElectedProps = ElectedBySidecarProps | ElectedByAppProps

interface ReplicatedProps {
  /**
   * Pods, of which one leads: at least 2.
   *
   * @default 2
   */
  readonly replicas?: number
}

/** The election is held by a sidecar from Lockstep's own image. */
export interface ElectedBySidecarProps extends ElectionOptions, ReplicatedProps {
  /**
   * What only the leader does.
   *
   * - `'requests'`: answer requests. All pods run and are ready, and the Service has the leader as
   *   its only endpoint. In a partition the old leader may stay an endpoint until its node counts as
   *   not ready, or its elector, which then cannot take its label back, reports the pod as not
   *   ready. Work in the background is not exclusive. Nothing changes in the app.
   * - `'supervised'`: run at all. The container of the app starts when its pod leads, and is
   *   ended before leadership can expire. Standbys are cold: there, but not started and not ready.
   *   Nothing changes in the app.
   * - `'cooperative'`: whatever the app says. It asks the elector, at the address in the
   *   environment variable `LEADER_URL`, whether its pod leads.
   */
  readonly work: 'requests' | 'supervised' | 'cooperative'
}

/** The election is held by the app itself, by a library of its own. */
export interface ElectedByAppProps extends Omit<ElectionOptions, 'elector'>, ReplicatedProps {
  /** Nothing but the app itself keeps it from working while it does not lead. */
  readonly work: 'cooperative'

  /**
   * Instead of a sidecar. The app gets what any library for elections on Leases asks for: the
   * environment variables `LEASE_NAME`, `LEASE_NAMESPACE`, `LEASE_DURATION`, `RENEW_DEADLINE`,
   * `RETRY_PERIOD`, `POD_NAME` and `POD_UID` (the identity to use: names come back, uids do not),
   * a token for the API, and the right to get and update that one Lease.
   */
  readonly elector: 'app'
}

export const ELECTED_OPTIONS = {
  ...ELECTION_OPTIONS,
  work: required(oneOf(['requests', 'supervised', 'cooperative']), 'cooperative'),
  replicas: optional(whole({ example: 2 })),
  elector: optional(
    choice<NonNullable<ElectedProps['elector']>>({
      expected: "an object with port and resources, or 'app'",
      example: "'app'",
      pick: (value) => (typeof value === 'string' ? oneOf(['app']) : ELECTOR),
    }),
  ),
}
