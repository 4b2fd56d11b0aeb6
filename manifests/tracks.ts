/** The two workloads that share the traffic of a canaried app. */
export const TRACKS = ['stable', 'canary'] as const
export type TrackName = (typeof TRACKS)[number]

/** Label of a pod: which track it belongs to. For metrics; selectors tell tracks apart by instance. */
export const TRACK_LABEL = 'track'

/**
 * Annotation of a Service: which tracks it means to select, as `stable` or `stable,canary`. At rest
 * there is no canary, so a Service for it alone has no pods and nothing is wrong.
 */
export const TRACKS_ANNOTATION = 'lockstep.dev/tracks'
