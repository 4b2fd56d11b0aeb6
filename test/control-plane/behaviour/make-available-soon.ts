import type { SingletonService } from '../../../constructs/singleton-service.ts'

/** Pods count as available a second after they are ready: by default it is ten, which play no part in who runs. */
export function makeAvailableSoon({ deployment }: SingletonService): void {
  deployment?.patch(({ spec }) => {
    spec.minReadySeconds = 1
  })
}
