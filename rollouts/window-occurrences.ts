import { Temporal } from 'temporal-polyfill'
import { nominalSeconds } from './freeze-duration.ts'
import type { FreezeWindow } from './freeze-window.ts'
import { windowStarts } from './window-starts.ts'

const DAY_MS = 86_400_000

/** A freeze window as what it is at last: instants. They are in milliseconds since the epoch. */
export interface WindowOccurrences {
  /** When the time ends in which the window is frozen at an instant; `undefined` if it is not then. */
  endAt(instant: number): number | undefined
}

/** Starts are included, ends are not. The window must be sound. */
export function windowOccurrences(window: FreezeWindow): WindowOccurrences {
  const { timeZone } = window
  const starts = windowStarts(window)
  const duration = Temporal.Duration.from(window.duration)
  // Days of the clock have up to 24 hours more, where a country changes the side of the date line.
  const longest = (nominalSeconds(window.duration) ?? 0) * 1000 + DAY_MS
  return {
    endAt: (instant) => {
      const last = Math.min(instant, starts.end ?? instant)
      let time = starts.lastUntil(latestShown(last, timeZone))
      while (time !== undefined && time >= shown(instant, timeZone) - longest) {
        for (const start of instantsOf(time, timeZone)) {
          const end = start.add(duration).epochMilliseconds
          if (start.epochMilliseconds <= last && end > instant) return end
        }
        time = starts.lastUntil(time - 1)
      }
      return undefined
    },
  }
}

const zoned = (instant: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)

const clockTime = (time: Temporal.ZonedDateTime): number =>
  time.toPlainDateTime().toZonedDateTime('UTC').epochMilliseconds

/** What the clock shows at an instant. */
const shown = (instant: number, timeZone: string): number => clockTime(zoned(instant, timeZone))

/** The latest that the clock has shown by an instant: it is earlier again after it was put back. */
function latestShown(instant: number, timeZone: string): number {
  const now = zoned(instant, timeZone)
  // After a day it shows more again than it ever has.
  const isPutBack = now.offsetNanoseconds < zoned(instant - DAY_MS, timeZone).offsetNanoseconds
  const change = isPutBack ? now.getTimeZoneTransition('previous') : null
  const before = change === null ? 0 : clockTime(change.subtract({ milliseconds: 1 }))
  return Math.max(clockTime(now), before)
}

/** The instants at which the clock shows a time, the later first; if never, when it has jumped over it. */
function instantsOf(time: number, timeZone: string): Temporal.ZonedDateTime[] {
  const local = Temporal.Instant.fromEpochMilliseconds(time)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' })
  if (earlier.equals(later)) return [later]
  if (earlier.toPlainDateTime().equals(local)) return [later, earlier]
  return [earlier.getTimeZoneTransition('next') ?? later]
}
