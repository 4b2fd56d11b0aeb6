import { setTimeout as sleep } from 'node:timers/promises'
import { Duration } from 'cdk8s'
import { successRate } from '../../../constructs/analysis.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import { eventually, NeverHappenedError } from '../eventually.ts'
import { HttpBackend } from '../gateway/http-backend.ts'
import type { Flux } from '../gitops/flux.ts'
import { type ClusterRelease, type ClusterReleaseProps, imageOf } from './cluster-release.ts'
import { isHung, setRoom, setWait } from './hung-sync.ts'

/** One round: a release that is begun and goes back. */
export interface TimedRound {
  /** From the commit of its first traffic until the canary answers a request. */
  readonly advanceMs: number
  /** From what makes it go back until no request reaches the canary any more. */
  readonly backMs: number
  /** The same from the commit of the abort. */
  readonly backFromCommitMs: number
}

/** What makes a release go back. */
export const ABORTS = ['person', 'metric', 'after copy', 'while workloads hang'] as const
export type Abort = (typeof ABORTS)[number]

export interface TimedRoundsProps {
  readonly release: ClusterRelease
  readonly cluster: ClusterWithNodes
  readonly flux: Flux
  /**
   * Waits until nothing is left to do of the pushes before, but for these Kustomizations.
   *
   * @default - a round does not care
   */
  readonly untilIdle?: (...except: readonly string[]) => Promise<void>
}

const CANARY = 'checkout-canary'
const WORKLOADS = 'prod-workloads'

/** As often as a loop looks that is asked to by `interval`. */
const LOOK_EVERY_MS = 1000

/**
 * The app of such a release: steps that last as long as a round may, and a short window, so that how
 * soon a fault is seen does not hang on how long there was none.
 */
export const TIMED_APP: NonNullable<ClusterReleaseProps['app']> = {
  steps: [
    { weight: 40, hold: Duration.hours(1) },
    { weight: 80, hold: Duration.hours(1) },
  ],
  analysis: [
    successRate({
      atLeast: 99,
      interval: Duration.seconds(1),
      window: Duration.seconds(30),
      compareWithStable: false,
    }),
  ],
}

/**
 * Times how long it takes until requests follow: through Git, the real kustomize-controller and the
 * route. Left out is what a cluster has besides: source-controller's fetch (its stand-in notices a push
 * at once) and the interval of a scrape (the metric store has counted every request).
 */
export class TimedRounds {
  readonly #props: TimedRoundsProps
  readonly #untilIdle: NonNullable<TimedRoundsProps['untilIdle']>
  #versions = 0

  constructor(props: TimedRoundsProps) {
    this.#props = props
    this.#untilIdle = props.untilIdle ?? (async () => {})
  }

  async run(abort: Abort): Promise<TimedRound> {
    const { release } = this.#props
    const advanceMs = await this.#advance()
    const back = await this.#back(abort)
    await release.untilRest()
    release.actions.length = 0
    release.gateway.proxy.answers.length = 0
    return { advanceMs, ...back }
  }

  #back(abort: Abort): Promise<Back> {
    switch (abort) {
      case 'person':
        return this.#byPerson()
      case 'metric':
        return this.#byMetric()
      case 'after copy':
        return this.#afterCopy()
      case 'while workloads hang':
        return this.#whileWorkloadsHang()
    }
  }

  /** Begins a release, until its first step has requests. */
  async #advance(): Promise<number> {
    const { release } = this.#props
    this.#versions += 1
    await release.publish(this.#version)
    await this.#eventually(
      'the first traffic is committed',
      () => release.tick(),
      () => release.actions.includes('shift'),
    )
    const committedAtMs = Date.now()
    await this.#eventually(
      'the canary answers',
      async () => this.#canaryAnswers().length,
      (answers) => answers > 20,
    )
    const [first] = this.#canaryAnswers()
    return (first?.atMs ?? Number.NaN) - committedAtMs
  }

  async #byPerson(): Promise<Back> {
    await this.#untilIdle()
    return this.#abort()
  }

  async #byMetric(): Promise<Back> {
    const { release } = this.#props
    const { backends } = release.gateway.proxy
    await using failing = await HttpBackend.start('canary', 2)
    const healthy = backends.get(CANARY) ?? 0
    await this.#untilIdle()
    const turnedAtMs = Date.now()
    backends.set(CANARY, failing.port)
    await this.#lookUntil('the abort is committed', () => release.actions.includes('abort'))
    const committedAtMs = Date.now()
    const lastAtMs = await this.#lastCanaryAnswer()
    backends.set(CANARY, healthy)
    return { backMs: lastAtMs - turnedAtMs, backFromCommitMs: lastAtMs - committedAtMs }
  }

  /** With all requests on the canary, and the new version on stable already. */
  async #afterCopy(): Promise<Back> {
    const { release } = this.#props
    await release.until('stable is to change', async ({ rollout }) => {
      const stage = rollout?.stage
      if (stage?.phase !== 'progressing') return stage?.phase === 'promoting'
      if (stage.part === 'live') await release.act({ action: 'promote' })
      return false
    })
    await this.#eventually(
      'stable has changed',
      async () => imageOf(await release.live('Deployment', 'checkout')),
      (image) => image.includes(`:${this.#version}@`),
    )
    await this.#untilIdle()
    return this.#abort(() =>
      this.#lookUntil('traffic is to go back', () => release.actions.includes('abort-shift')),
    )
  }

  /** While the canary should grow and there is no room for its pods. */
  async #whileWorkloadsHang(): Promise<Back> {
    const { release, cluster, flux } = this.#props
    await setWait(cluster, flux, WORKLOADS, true)
    await setRoom(cluster, false)
    await release.act({ action: 'promote' })
    await release.until('pods are missing', () =>
      release.reasons.some((reason) => /-canary has 2 of 3 pods ready$/.test(reason)),
    )
    await this.#untilIdle(WORKLOADS)
    await this.#eventually('the sync of workloads hangs', () => isHung(flux, WORKLOADS), Boolean)
    const back = await this.#abort()
    await setRoom(cluster, true)
    await setWait(cluster, flux, WORKLOADS, false)
    return back
  }

  /** @param follow what has to be done after the abort, until traffic is to go back */
  async #abort(follow?: () => Promise<void>): Promise<Back> {
    const { release } = this.#props
    const askedAtMs = Date.now()
    await release.act({ action: 'abort', reason: 'a person' })
    const committedAtMs = Date.now()
    await follow?.()
    const lastAtMs = await this.#lastCanaryAnswer()
    return { backMs: lastAtMs - askedAtMs, backFromCommitMs: lastAtMs - committedAtMs }
  }

  /** When the last request reached the canary, once it was told that it gets none. */
  async #lastCanaryAnswer(): Promise<number> {
    const { release } = this.#props
    await this.#eventually(
      'the live route gives the canary nothing',
      () => release.weight(),
      (weight) => weight === 0,
    )
    const last = () => this.#canaryAnswers().at(-1)?.atMs ?? Number.NaN
    await this.#eventually(
      'no request reaches it',
      async () => Date.now() - last() > 1000,
      (isQuiet) => isQuiet,
    )
    return last()
  }

  /** Looks at the pace of a loop. */
  async #lookUntil(what: string, isDone: () => boolean): Promise<void> {
    const { release } = this.#props
    const { patienceSeconds, actions } = release
    const lastAtMs = Date.now() + patienceSeconds * 1000
    for (;;) {
      const begunAtMs = Date.now()
      await release.tick()
      if (isDone()) return
      if (begunAtMs > lastAtMs) throw new NeverHappenedError(what, patienceSeconds, actions)
      await sleep(Math.max(0, begunAtMs + LOOK_EVERY_MS - Date.now()))
    }
  }

  #eventually<Seen>(
    what: string,
    look: () => Promise<Seen>,
    isDone: (seen: Seen) => boolean,
  ): Promise<Seen> {
    return eventually(what, look, isDone, this.#props.release.patienceSeconds)
  }

  #canaryAnswers() {
    const { answers } = this.#props.release.gateway.proxy
    return answers.filter(({ service }) => service === CANARY)
  }

  get #version(): string {
    return `1.6.${this.#versions}`
  }
}

type Back = Omit<TimedRound, 'advanceMs'>
