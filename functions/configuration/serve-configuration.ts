import { z } from 'zod'
import type { Lock } from '../../leases/lock.ts'
import { isLoopback, type ListenAddress, parseListenAddress } from '../serving/listen-address.ts'
import type { Tls } from '../serving/tls.ts'
import { type Access, type Backing, LET_IN, readAccess } from './access.ts'
import { configured } from './configuration-error.ts'
import { readDeclaredLocks } from './declared-locks.ts'
import { type HandleKeys, readHandleKeys, requireHandleKeys } from './handle-keys.ts'
import { Mistakes } from './mistakes.ts'
import { present } from './present.ts'
import type { SettingSource } from './setting-source.ts'
import { readTls } from './tls-settings.ts'

/** What a server was told, with nothing left open. */
export interface ServeConfiguration {
  readonly listen: ListenAddress
  readonly drainMs: number
  readonly stopWithinMs: number
  readonly tls: Tls | undefined
  /** `undefined` if nobody is asked who they are: then it listens to this machine alone. */
  readonly access: Access | undefined
  /** `undefined` if it may make its own, which nobody else knows and which end with it. */
  readonly keys: HandleKeys | undefined
  /** Those that there are. `undefined` if all that the store has are served. */
  readonly locks: readonly Lock[] | undefined
}

/**
 * Reads all that a server can be told, but where its locks are.
 *
 * @throws {ConfigurationError} with all that is wrong
 */
export async function readServeConfiguration(
  source: SettingSource,
  backing: Backing,
): Promise<ServeConfiguration> {
  const mistakes = new Mistakes()
  const variables = await mistakes.collect(() => configured(VARIABLES, present(source.env), ''))
  const access = await readAccess(source, backing, mistakes)
  const isOpen = access === 'nobody'
  const keys = await mistakes.collect(() =>
    isOpen ? readHandleKeys(source) : requireHandleKeys(source),
  )
  const tls = await mistakes.collect(() => readTls(source))
  const locks = await mistakes.collect(() => readDeclaredLocks(source))
  const listen = variables?.listen ?? { host: isOpen ? '127.0.0.1' : '', port: 8080 }
  if (isOpen && !isLoopback(listen)) {
    mistakes.add(
      `LOCKSTEP_LISTEN: others can reach that, and nobody is asked who they are. ${LET_IN}`,
    )
  }
  if (!mistakes.isEmpty || variables === undefined || access === undefined) throw mistakes.toError()
  return { ...variables, listen, tls, keys, locks, access: isOpen ? undefined : access }
}

const LISTEN = z.string().transform((text, context) => {
  const address = parseListenAddress(text)
  if (address !== undefined) return address
  context.addIssue('Write HOST:PORT, or :PORT for all addresses; IPv6 in brackets')
  return z.NEVER
})

const seconds = (most: number, byDefault: number) =>
  z.coerce
    .number(`Write a number of seconds, from 0 to ${most}`)
    .min(0, `Write a number of seconds, from 0 to ${most}`)
    .max(most, `Write a number of seconds, from 0 to ${most}`)
    .default(byDefault)

const VARIABLES = z
  .object({
    LOCKSTEP_LISTEN: LISTEN.optional(),
    LOCKSTEP_DRAIN_SECONDS: seconds(600, 3),
    LOCKSTEP_STOP_WITHIN_SECONDS: seconds(3600, 25),
  })
  .refine((given) => given.LOCKSTEP_DRAIN_SECONDS < given.LOCKSTEP_STOP_WITHIN_SECONDS, {
    path: ['LOCKSTEP_DRAIN_SECONDS'],
    error: 'Make it less than LOCKSTEP_STOP_WITHIN_SECONDS: both count from the same moment',
  })
  .transform((variables) => ({
    listen: variables.LOCKSTEP_LISTEN,
    drainMs: variables.LOCKSTEP_DRAIN_SECONDS * 1000,
    stopWithinMs: variables.LOCKSTEP_STOP_WITHIN_SECONDS * 1000,
  }))
