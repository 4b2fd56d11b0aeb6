import type { LeaseStore } from '../leases/lease-store.ts'
import { Locks } from '../leases/locks.ts'
import { Contact } from './contact.ts'
import { electionBounds } from './election-bounds.ts'
import type { ElectorLog } from './elector-log.ts'
import type { ElectorVariables } from './elector-variables.ts'
import { insist } from './insist.ts'
import { untilAborted } from './pause.ts'
import type { StopBounds } from './stop-bounds.ts'
import { Term } from './term.ts'

export interface CandidacyProps extends ElectorVariables {
  readonly store: LeaseStore
  readonly log: ElectorLog
}

/** A store is asked every few seconds, by whoever leads or waits, whether or not it answers. */
const STUCK_AFTER_MS = 120_000

/**
 * Stands for election, for as long as it takes. Its name on the Lease begins with the uid of the pod
 * and ends with that of the hold, so it is another one each time, after a restart too.
 */
export class Candidacy {
  readonly bounds: StopBounds
  readonly #props: CandidacyProps
  readonly #locks: Locks
  readonly #contact: Contact
  #isActive = false

  constructor(props: CandidacyProps) {
    const { store, lease, pod, log, timing } = props
    this.#props = props
    this.bounds = electionBounds(timing)
    this.#contact = new Contact(log)
    this.#locks = new Locks({
      store: this.#contact.observe(store),
      holder: pod.uid,
      namespace: lease.namespace,
    })
  }

  /** It waits or leads, and has asked nobody for so long that it never will again. */
  get isStuck(): boolean {
    return this.#isActive && this.#contact.silentMs > STUCK_AFTER_MS
  }

  /** Waits until this pod leads. @returns `undefined` if the signal aborted before */
  async term(signal: AbortSignal): Promise<Term | undefined> {
    const { lease, pod, timing, log } = this.#props
    this.#contact.begin()
    this.#isActive = true
    const hold = await insist(
      () =>
        this.#locks.acquire(lease.name, {
          ttlSeconds: timing.ttlSeconds,
          renewEveryMs: timing.retryPeriodMs,
          metadata: { pod: pod.name },
          signal,
        }),
      { signal, onFailure: (error) => log('It cannot stand for election', error) },
    )
    this.#isActive = hold !== undefined
    if (hold === undefined) return undefined
    const term = new Term(hold, this.bounds)
    log(`It leads, by hold ${hold.id} with token ${hold.token.number}`)
    void untilAborted(term.signal).then(() => {
      this.#isActive = false
      log('It no longer leads', term.signal.reason)
    })
    return term
  }
}
