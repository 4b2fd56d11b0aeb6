import type { ImageSource } from '../../images/find-image.ts'

/** A registry one of whose answers is on its way for as long as a test wants: it says what was true. */
export interface LateRegistry {
  readonly source: ImageSource
  /** Settles once the answer is on its way. */
  readonly answered: Promise<void>
  /** Lets it arrive. */
  readonly arrive: () => void
}

/** @param which of its answers of digests, from 1 */
export function withLateAnswer(registry: ImageSource, which: number): LateRegistry {
  const answered = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  let count = 0
  return {
    source: {
      tagPages: (...question) => registry.tagPages(...question),
      verify: (...question) => registry.verify(...question),
      digest: async (...question) => {
        const digest = await registry.digest(...question)
        if (++count !== which) return digest
        answered.resolve()
        await arrived.promise
        return digest
      },
    },
    answered: answered.promise,
    arrive: arrived.resolve,
  }
}
