import { z } from 'zod'
import { oneLine } from '../../rollouts/one-line.ts'
import { imageTelling, NO_IMAGE } from './pushed-image.ts'
import { nothing, type ReadingContext, type WebhookReading } from './webhook-reader.ts'

const packageSchema = z.object({
  name: z.string(),
  namespace: z.string().nullish(),
  package_version: z
    .object({
      package_url: z.string().nullish(),
      container_metadata: z
        .object({
          tag: z.object({ name: z.string().nullish(), digest: z.string().nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
})

/** Of the event `package`, or `registry_package`, which GitHub Apps get: the same under another key. */
export const githubPackageEvent = z
  .object({
    action: z.string(),
    package: packageSchema.nullish(),
    registry_package: packageSchema.nullish(),
  })
  .meta({ id: 'GitHubPackageEvent' })

/**
 * An image in GitHub's registry, which has no webhooks of its own. Parts of images of several
 * platforms come without a tag: nobody runs them by one.
 */
export function readGitHubPackage(
  event: z.output<typeof githubPackageEvent>,
  id: string | undefined,
  context: ReadingContext,
): WebhookReading {
  if (event.action !== 'published' && event.action !== 'updated') {
    return nothing(`a package was ${oneLine(event.action, 40)}`)
  }
  const about = event.package ?? event.registry_package
  const { name: tag, digest } = about?.package_version?.container_metadata?.tag ?? {}
  if (!about || !tag) return nothing(NO_IMAGE)
  // Ends with a colon, and without a tag, now and then.
  const url = about.package_version?.package_url?.replace(/:[^:/]*$/, '')
  const repository = url || `ghcr.io/${about.namespace ?? ''}/${about.name}`
  const tellings = imageTelling({ repository, tag, digest, id }, context)
  return tellings.length === 0 ? nothing(NO_IMAGE) : { tellings }
}
