import { type Faults, NO_FAULTS } from './network.ts'
import { between, oneOf, type Random } from './random.ts'

/** What one schedule is about: how many take part, and what happens to them. */
export interface Profile {
  readonly processes: number
  readonly slots: number
  readonly ttlSeconds: number
  readonly minimumHoldSeconds: number
  /** Clocks run at 1 ± this. */
  readonly drift: number
  readonly faults: Faults
  /** A pause of a process: how often in a schedule, and how long at most. */
  readonly pauses: number
  readonly longestPauseMs: number
  /** A process that cannot reach the store for up to twice the time to live: how often. */
  readonly cuts: number
  readonly kills: number
  /** Of whoever is first in line just then: how often. */
  readonly deathsInLine: number
  /** Others who write labels on the Lease, so often a minute. */
  readonly labelsPerMinute: number
  /** Somebody deletes the Lease, or breaks the hold at once: from then on only tokens help. */
  readonly deletions: number
  readonly breaks: number
  readonly handOvers: boolean
  /** How long a process works under a hold at most. */
  readonly longestHoldMs: number
  /** How many of the holds are given back at once, from 0 to 1. */
  readonly shortHolds: number
  /** Some say one slot more than others, and retries what their first call did not. */
  readonly mixedSlots: boolean
}

/** Nothing goes wrong, so everybody gets the lock in turn and at once. */
export const isCalm = (profile: Profile): boolean =>
  isOrderly(profile) && profile.kills + profile.deathsInLine === 0

/** Nothing goes wrong but that some die, so those who live get the lock in turn. */
export const isOrderly = (profile: Profile): boolean =>
  profile.faults === NO_FAULTS &&
  profile.slots === 1 &&
  profile.drift <= MOST_DRIFT &&
  profile.pauses + profile.cuts + profile.deletions + profile.breaks === 0 &&
  !profile.handOvers &&
  !profile.mixedSlots

/** Within what the locks promise: `ttl / (ttl - margin)` is at least 1.11. */
const MOST_DRIFT = 0.05

export function drawProfile(random: Random): Profile {
  const chance = (probability: number): boolean => random() < probability
  const isDeadly = chance(0.1)
  const isTame = isDeadly || chance(0.15)
  /** Up to that many of what goes wrong, in so many of the schedules in which anything does. */
  const upTo = (most: number, probability: number): number =>
    chance(probability) && !isTame ? 1 + Math.floor(random() * most) : 0
  const mixedSlots = chance(0.1)
  const ttlSeconds = oneOf(random, isDeadly ? [3, 5, 15, 15] : [3, 3, 5, 8])
  return {
    processes: (isDeadly ? 3 : 2) + Math.floor(random() * 3),
    slots: chance(0.75) ? 1 : 2 + Math.floor(random() * 2),
    ttlSeconds,
    minimumHoldSeconds: chance(0.8) ? 0 : 1 + Math.floor(random() * 8),
    drift: chance(0.5) ? MOST_DRIFT : between(random, 0, MOST_DRIFT),
    faults: isTame ? NO_FAULTS : drawFaults(random),
    pauses: upTo(4, 0.5),
    longestPauseMs: oneOf(random, [1_000, 5_000, 20_000]),
    cuts: upTo(4, 0.6),
    kills: isDeadly ? Math.floor(random() * 2) : upTo(2, 0.5),
    deathsInLine: isDeadly ? 1 + Math.floor(random() * 2) : 0,
    labelsPerMinute: chance(0.6) ? 0 : oneOf(random, [6, 60]),
    // Whoever holds a lock first says how many slots it has, and after a deletion somebody else would.
    deletions: mixedSlots ? 0 : upTo(1, 0.15),
    breaks: upTo(1, 0.15),
    handOvers: chance(0.2),
    longestHoldMs: isDeadly ? 6_000 : ttlSeconds * 2500,
    shortHolds: oneOf(random, [0, 0, 0.3, 1]),
    mixedSlots,
  }
}

function drawFaults(random: Random): Faults {
  const rate = (): number => (random() < 0.5 ? 0 : between(random, 0, 0.12))
  return {
    latencyMs: oneOf(random, [10, 100, 1500]),
    refused: rate(),
    requestLost: rate(),
    answerLost: rate(),
    late: rate(),
    doubled: rate(),
    answerLate: rate(),
  }
}
