import type { Environment } from './environment.ts'
import { missingImage } from './image.ts'
import type { Mistakes } from './mistakes.ts'

/**
 * Lockstep's own image, as the environment pins it. If it does not, that is reported.
 *
 * @param environment `undefined` for what is in none, which has been reported then
 * @param user who runs from it: `the elector`
 */
export function lockstepImageOf(
  environment: Environment | undefined,
  user: string,
  mistakes: Mistakes,
): string {
  if (environment?.lockstepImage !== undefined) return environment.lockstepImage
  if (environment !== undefined) {
    mistakes.add({
      option: 'lockstepImage',
      problem: `is not set for environment '${environment.name}', and ${user} runs from it`,
      remedy:
        "Set `lockstepImage: 'registry.example.com/lockstep:0.1@sha256:…'` on the Environment; `docker build --file Containerfile --tag registry.example.com/lockstep:0.1 .` in a clone of Lockstep builds that image (docs/serve.md)",
    })
  }
  return missingImage('lockstep')
}
