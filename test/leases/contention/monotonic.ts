/** Microseconds on the clock that all processes of a machine share, and that nobody can set. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n)
