import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canaryRequestsPerSecond } from '../../reconciler/canary-requests.ts'
import type { Metrics, TimeWindow } from '../../rollouts/metrics.ts'
import { planWith, ratioSpec } from '../rollouts/plan-fixture.ts'

const LIVE_MS = Date.parse('2026-11-21T00:10:00Z')
const SETTLE_SECONDS = 10

const plan = planWith({
  router: {
    type: 'route',
    name: 'Gateway API',
    capabilities: { weights: true, matches: true },
    settleSeconds: SETTLE_SECONDS,
  },
})

/** After the second in which the route was written, and what proxies need to hear of it. */
const SETTLED_MS = LIVE_MS + 1_000 + SETTLE_SECONDS * 1_000

interface Store {
  /** When requests reached the canary. */
  readonly requests: readonly number[]
  /** When its counter was scraped; absent if every request is counted at once. */
  readonly scrapes?: readonly number[]
}

/** As Prometheus tells it: at any time a counter is what its last scrape has found. */
const storeOf = ({ requests, scrapes }: Store): Metrics =>
  ({
    failures: async (_track: unknown, { startMs, endMs }: TimeWindow) => {
      const scrapedBy = (atMs: number): number =>
        scrapes === undefined ? atMs : (scrapes.findLast((time) => time <= atMs) ?? 0)
      const counterAt = (atMs: number): number =>
        requests.filter((time) => time <= scrapedBy(atMs)).length
      const total = counterAt(endMs) - counterAt(startMs)
      return {
        total,
        bad: 0,
        ...(scrapes !== undefined && { countedUntilMs: scrapedBy(endMs) }),
      }
    },
  }) as never

const askAt = (nowMs: number, store: Store, asked = plan) =>
  canaryRequestsPerSecond({
    metrics: storeOf(store),
    plan: asked,
    liveSinceMs: LIVE_MS,
    nowMs,
    deadlineMs: 1_000,
  })

const every = (ms: number, fromMs: number, untilMs: number): readonly number[] =>
  Array.from({ length: Math.floor((untilMs - fromMs) / ms) }, (_, index) => fromMs + index * ms)

describe('requests that still reach a canary', () => {
  it('are none five seconds after the route has settled, whatever came before', async () => {
    const requests = every(50, LIVE_MS - 60_000, SETTLED_MS)
    expect(await askAt(SETTLED_MS, { requests })).toBe('uncounted')
    expect(await askAt(SETTLED_MS + 4_999, { requests })).toBe('uncounted')
    expect(await askAt(SETTLED_MS + 5_000, { requests })).toBe(0)
  })

  it('are counted from then on, for as long as they come', async () => {
    const requests = every(500, LIVE_MS - 60_000, SETTLED_MS + 20_000)
    expect(await askAt(SETTLED_MS + 5_000, { requests })).toBeCloseTo(2, 0)
    expect(await askAt(SETTLED_MS + 60_000, { requests })).toBe(0)
  })

  it('are told by pods alone at once where there is no route', async () => {
    const requests = every(50, LIVE_MS - 60_000, LIVE_MS + 500)
    const unrouted = planWith({ ...ratioSpec, analysis: plan.spec.analysis })
    expect(await askAt(LIVE_MS + 6_000, { requests }, unrouted)).toBe(0)
  })

  it('wait for a scrape, and not for one that never comes', async () => {
    const scrapes = every(60_000, LIVE_MS - 60_000, LIVE_MS + 600_000)
    expect(await askAt(SETTLED_MS + 20_000, { requests: [], scrapes })).toBe('uncounted')
    expect(await askAt(SETTLED_MS + 30_000, { requests: [], scrapes })).toBeUndefined()
  })

  it('are never said to be none while some come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -30_000, max: 120_000 }), { maxLength: 60 }),
        fc.integer({ min: 500, max: 40_000 }),
        fc.nat(40_000),
        async (offsets, everyMs, phaseMs) => {
          const requests = offsets.map((ms) => LIVE_MS + ms).sort((a, b) => a - b)
          const scrapes = every(everyMs, LIVE_MS - 60_000 + (phaseMs % everyMs), LIVE_MS + 120_000)
          for (let nowMs = SETTLED_MS; nowMs < LIVE_MS + 100_000; nowMs += 1_000) {
            if ((await askAt(nowMs, { requests, scrapes })) !== 0) continue
            const counted = scrapes.findLast((time) => time <= nowMs) ?? 0
            const fromMs = Math.max(SETTLED_MS, nowMs - 30_000)
            expect(counted - fromMs).toBeGreaterThanOrEqual(5_000)
            expect(requests.filter((time) => time > fromMs && time <= counted)).toEqual([])
          }
        },
      ),
    )
  })
})
