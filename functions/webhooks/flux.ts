import { z } from 'zod'
import { oneLine } from '../../rollouts/one-line.ts'
import { branchOf, commitOf } from './revision-names.ts'
import { FOREIGN_ENVIRONMENT, inEnvironment } from './told-environment.ts'
import { nothing, type WebhookReader } from './webhook-reader.ts'

/** An event of Flux, as providers of the types `generic` and `generic-hmac` send it. */
export const fluxEvent = z
  .object({
    involvedObject: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
    reason: z.string(),
    metadata: z.record(z.string(), z.string()).nullish(),
  })
  .meta({ id: 'FluxEvent' })

/** Something was applied, or could not be: a look at the cluster shows which. */
export const readFlux: WebhookReader = (delivery, context) => {
  const { involvedObject, reason, metadata } = delivery.read(fluxEvent)
  const { kind, namespace, name } = involvedObject
  const told = inEnvironment(context, metadata?.environment ?? metadata?.env)
  if (told === undefined) return nothing(FOREIGN_ENVIRONMENT)
  const hint = {
    ...told,
    reason: oneLine(`Flux says ${reason} of ${kind} ${namespace}/${name}`),
    ...appliedRevision(metadata ?? {}),
  }
  return { tellings: [{ kind: 'look', hint }] }
}

/**
 * Of `main@sha1:450796dd…`, or `main/450796dd…` as it was before. What came from a registry has the
 * commit in `originRevision`. The documentation has a group before `revision`, which is not sent.
 */
function appliedRevision(metadata: Readonly<Record<string, string>>) {
  const texts = Object.entries(metadata)
    .filter(([key]) => /(?:^|\/)(?:r|originR)evision$/.test(key))
    .map(([, text]) => text)
  for (const text of texts) {
    const [, branch, digest] = /^(?:(.+)(?:@sha1:|\/))?([0-9a-f]{40})$/.exec(text) ?? []
    const revision = commitOf(digest)
    if (revision === undefined) continue
    return { revision, ...(branch !== undefined && { branch: branchOf(branch) ?? branch }) }
  }
  return {}
}
