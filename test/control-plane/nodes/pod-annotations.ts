/** Annotations by which a pod says how it conducts itself, in seconds where they are times. */
export const POD_ANNOTATIONS = {
  /** From its start to its readiness; 0.2 without it. */
  readyAfter: 'test.lockstep.dev/ready-after',
  /** It runs and is never ready. */
  neverReady: 'test.lockstep.dev/never-ready',
  /** It crashes once it is ready, and does not come back. */
  crashes: 'test.lockstep.dev/crashes',
  /** From its deletion to its end; 0.2 without it, and its grace period at most. */
  stopsAfter: 'test.lockstep.dev/stops-after',
  /** Of a Job: how long it works; 0.5 without it. */
  runsFor: 'test.lockstep.dev/runs-for',
  /** Of a Job: how it ends; 0 without it. */
  exitCode: 'test.lockstep.dev/exit-code',
} as const
