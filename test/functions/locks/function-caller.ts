import type { Hono } from 'hono'
import type { FunctionEnv } from '../../../functions/http/function-env.ts'
import type { LogEntry } from '../../../functions/http/log-sink.ts'
import type { Authenticator } from '../../../functions/identity/authenticator.ts'
import type { Authorizer } from '../../../functions/identity/authorizer.ts'
import { lockFunction } from '../../../functions/locks/lock-function.ts'
import type { LockFunctionProps } from '../../../functions/locks/lock-function-props.ts'
import { type Clock, systemClock } from '../../../leases/clock.ts'
import type { LeaseListing } from '../../../leases/lease-listing.ts'
import type { LeaseStore } from '../../../leases/lease-store.ts'

export const KEY = new Uint8Array(32).fill(7)

/** The token of everybody is `token-of-` and their name; of others there is none. */
export const byName: Authenticator = {
  async authenticate(token) {
    const [, name] = /^token-of-(.+)$/.exec(token) ?? []
    return name === undefined ? undefined : { name, groups: [] }
  },
}

export const everything: Authorizer = { allows: async () => true }

/** A function with what a test does not care about. */
export const functionOf = (
  props: Partial<LockFunctionProps> & Pick<LockFunctionProps, 'store'>,
): Hono<FunctionEnv> =>
  lockFunction({
    keys: [KEY],
    authenticator: byName,
    authorizer: everything,
    log: () => {},
    ...props,
  })

/** A clock that stands still, but for what it is put forward by. */
export class ShiftedClock {
  offsetMs = 0
  readonly clock: Clock = {
    ...systemClock,
    monotonicMs: () => this.offsetMs,
    wallMs: () => START_MS + this.offsetMs,
  }
}

const START_MS = Date.UTC(2026, 10, 21)

/** A sink that keeps what it gets. */
export function keptLog(): {
  readonly entries: LogEntry[]
  readonly log: LockFunctionProps['log']
} {
  const entries: LogEntry[] = []
  return { entries, log: (entry) => void entries.push(entry) }
}

export type ListedStore = LeaseStore & LeaseListing

export interface FunctionRequest {
  readonly body?: unknown
  readonly handle?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface FunctionAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed, if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
  readonly body: any
}

/** Somebody who calls, each time another one of several instances that know nothing of each other. */
export class FunctionCaller {
  readonly #instances: readonly Hono<FunctionEnv>[]
  readonly #name: string
  #calls = 0

  constructor(instances: readonly Hono<FunctionEnv>[], name: string) {
    this.#instances = instances
    this.#name = name
  }

  async call(
    method: string,
    path: string,
    { body, handle, headers = {} }: FunctionRequest = {},
  ): Promise<FunctionAnswer> {
    const instance = this.#instances[this.#calls++ % this.#instances.length]!
    const response = await instance.request(path, {
      method,
      headers: {
        authorization: `Bearer token-of-${this.#name}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(handle !== undefined && { 'lock-token': handle }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }
}
