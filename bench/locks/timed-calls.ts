/** Something that is called again and again, and each time takes a while. */
export interface Call {
  readonly name: string
  /** How many times that of a raw call of the reference it may take, of the slowest in a hundred. */
  readonly bar?: number
  /** Name of the raw call that it is divided by; missing for the raw calls. */
  readonly reference?: string
  /** Not timed. */
  readonly before?: () => Promise<void>
  readonly run: () => Promise<unknown>
  /** Not timed. */
  readonly after?: () => Promise<void>
}

export interface TimedCall extends Call {
  readonly medianMs: number
  /** 99 of 100 were faster. */
  readonly p99Ms: number
}

/** Rounds that do not count, or as many as do if those are fewer. */
const WARM_UP = 50

/**
 * Calls all, round by round, so that whatever slows the machine slows all of them, and each round in another
 * order, so that none bears what the one before it has left to do: a read waits for what was just written.
 */
export async function timeCalls(
  calls: readonly Call[],
  rounds: number,
): Promise<readonly TimedCall[]> {
  const times = new Map<Call, number[]>(calls.map((call) => [call, []]))
  for (let round = -Math.min(WARM_UP, rounds); round < rounds; round++) {
    for (const call of inAnyOrder(calls)) {
      const ms = await timeOne(call)
      if (round >= 0) times.get(call)?.push(ms)
    }
  }
  return calls.map((call) => ({ ...call, ...percentiles(times.get(call) ?? []) }))
}

const inAnyOrder = (calls: readonly Call[]): readonly Call[] =>
  calls
    .map((call) => ({ call, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ call }) => call)

async function timeOne({ before, run, after }: Call): Promise<number> {
  await before?.()
  const began = performance.now()
  await run()
  const ms = performance.now() - began
  await after?.()
  return ms
}

function percentiles(times: readonly number[]): Pick<TimedCall, 'medianMs' | 'p99Ms'> {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return { medianMs: at(0.5), p99Ms: at(0.99) }
}
