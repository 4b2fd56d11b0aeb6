/*
 * A process that holds a lock again and again, and writes to what it protects. Its argument is a
 * `ContenderProps` as JSON; it tells what it does in lines of JSON, with the time of the one
 * monotonic clock of the machine.
 */
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubernetesClient } from '../../../kubernetes/kubernetes-client.ts'
import { NodeTransport } from '../../../kubernetes/node-transport.ts'
import type { HeldLock } from '../../../leases/held-lock.ts'
import { KubernetesLeaseStore } from '../../../leases/kubernetes-lease-store.ts'
import type { LeaseStore } from '../../../leases/lease-store.ts'
import { LeaseStoreError } from '../../../leases/lease-store-errors.ts'
import { HoldLostError, LockHeldError } from '../../../leases/lock-errors.ts'
import { Locks } from '../../../leases/locks.ts'
import { SqliteLeaseStore } from '../../../leases/sqlite-lease-store.ts'
import type { Connection } from '../../control-plane/connection.ts'
import { monotonicUs } from './monotonic.ts'

export interface ContenderProps {
  readonly name: string
  readonly store:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'kubernetes'; readonly connection: Connection }
  readonly namespace: string
  readonly lock: string
  readonly ttlSeconds: number
  /** How long it holds the lock at most. */
  readonly longestHoldMs: number
  /** How long it waits at most before it asks again. */
  readonly longestRestMs: number
  /** URL that takes writes as `WriteAttempt`s. */
  readonly resource: string
}

export interface WriteAttempt {
  readonly process: string
  readonly hold: string
  readonly token: number
}

/** What a contender tells. */
export type ContenderReport = {
  readonly hold: string
  readonly token: number
  readonly atUs: number
} & (
  | { readonly kind: 'got'; readonly askedUs: number }
  /** Should nothing more happen, it believes that it holds until then. */
  | { readonly kind: 'believes'; readonly untilUs: number }
  | { readonly kind: 'ended' }
)

const LOOK_EVERY_MS = 40

const props = JSON.parse(process.argv[2] ?? '') as ContenderProps
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const locks = new Locks({
  store: await openStore(),
  holder: props.name,
  namespace: props.namespace,
})

while (!stop.signal.aborted) {
  const askedUs = monotonicUs()
  let last: WriteAttempt | undefined
  try {
    const { ttlSeconds } = props
    const asked = { ttlSeconds, waitMs: 2 * ttlSeconds * 1000, signal: stop.signal }
    await locks.withLock(props.lock, asked, (hold) => {
      last = { process: props.name, hold: hold.id, token: Number(hold.token.number) }
      return workUnder(hold, last, askedUs)
    })
  } catch (error) {
    if (!isExpected(error)) throw error
  }
  await sleep(Math.random() * props.longestRestMs)
  // As one that was on its way for long: only its token keeps it out.
  if (last !== undefined) await write(last)
}

async function openStore(): Promise<LeaseStore> {
  const { store } = props
  if (store.kind === 'sqlite') return SqliteLeaseStore.open({ file: store.file })
  const { server, ...credentials } = store.connection
  const transport = new NodeTransport({ server, credentials: () => credentials })
  const client = new KubernetesClient({ transport, timeoutMs: 3_000 })
  return new KubernetesLeaseStore({ client, clusterId: 'contended' })
}

async function workUnder(hold: HeldLock, attempt: WriteAttempt, askedUs: number): Promise<void> {
  const common = { hold: attempt.hold, token: attempt.token }
  const tell = (report: object) =>
    writeSync(1, `${JSON.stringify({ ...common, atUs: monotonicUs(), ...report })}\n`)
  tell({ kind: 'got', askedUs })
  const endsMs = performance.now() + Math.random() * props.longestHoldMs
  try {
    while (performance.now() < endsMs && !hold.signal.aborted) {
      tell({ kind: 'believes', untilUs: monotonicUs() + hold.remainingMs * 1000 })
      await write(attempt)
      await sleep(LOOK_EVERY_MS)
    }
  } finally {
    tell({ kind: 'ended' })
  }
}

async function write(attempt: WriteAttempt): Promise<void> {
  const response = await fetch(props.resource, { method: 'POST', body: JSON.stringify(attempt) })
  await response.body?.cancel()
}

function isExpected(error: unknown): boolean {
  return (
    stop.signal.aborted ||
    error instanceof LeaseStoreError ||
    error instanceof LockHeldError ||
    error instanceof HoldLostError
  )
}
