import type { ProblemType } from '../http/problem-error.ts'

/** Problems with locks. */
export const LOCK_PROBLEMS = {
  notYourHold: { code: 'NOT_YOUR_HOLD', status: 403, title: 'The hold is somebody else’s' },
  notDeclared: { code: 'LOCK_NOT_DECLARED', status: 404, title: 'There is no such lock' },
  noSuchHold: { code: 'NO_SUCH_HOLD', status: 404, title: 'Nobody holds the lock under that id' },
  notListed: {
    code: 'NOT_LISTED',
    status: 404,
    title: 'The store of this function cannot list its locks',
  },
  conflict: {
    code: 'PARAMETERS_CONFLICT',
    status: 409,
    title: 'The same id was used with other parameters',
  },
  holdLost: { code: 'HOLD_LOST', status: 410, title: 'The hold is over' },
  runTakenOver: { code: 'RUN_TAKEN_OVER', status: 410, title: 'The run is another hold’s' },
  staleHandle: {
    code: 'STALE_HANDLE',
    status: 412,
    title: 'The handle is not of this hold, or too old',
  },
  ttlOutOfRange: {
    code: 'TTL_OUT_OF_RANGE',
    status: 422,
    title: 'No lock can have that time to live',
  },
  brokenObservation: {
    code: 'BROKEN_OBSERVATION',
    status: 422,
    title: 'The observation was not made here',
  },
  held: { code: 'LOCK_HELD', status: 423, title: 'Others have the lock' },
  clocksDisagree: {
    code: 'CLOCK_DISAGREEMENT',
    status: 423,
    title: 'Clocks disagree, so nobody can say whether a holder is gone',
  },
  handleRequired: {
    code: 'HANDLE_REQUIRED',
    status: 428,
    title: 'The handle of the hold is missing',
  },
  throttled: { code: 'STORE_THROTTLED', status: 429, title: 'The store wants to be left alone' },
  refused: { code: 'STORE_REFUSED', status: 502, title: 'The store said no' },
  answer: { code: 'STORE_ANSWER', status: 502, title: 'What answered is no store of Leases' },
  unavailable: { code: 'STORE_UNAVAILABLE', status: 503, title: 'The store cannot be reached' },
  queueFull: { code: 'QUEUE_FULL', status: 503, title: 'Too many wait for the lock' },
  unknownOutcome: {
    code: 'OUTCOME_UNKNOWN',
    status: 504,
    title: 'The store may have done it: its answer was lost',
  },
} as const satisfies Readonly<Record<string, ProblemType>>
