import { ImageFollower } from '../../images/image-follower.ts'
import { OciRegistry } from '../../images/oci-registry.ts'
import { freshSecret } from './fresh-secret.ts'
import { given } from './given.ts'
import type { ImageFileSettings, RegistrySettings } from './image-settings.ts'
import { Mistakes } from './mistakes.ts'
import { type OpenByCommand, openRepository } from './open-repository.ts'
import type { RolloutSettings } from './rollout-settings.ts'
import type { SettingSource } from './setting-source.ts'

/** A file of images with all that it is kept up to date by. */
export interface ConfiguredFollower {
  readonly follower: ImageFollower
  /** From one look at all of its images to the next, in milliseconds. */
  readonly everyMs: number
}

/**
 * Opens what settings say of images.
 *
 * @param byCommand absent where there is no `git` command
 * @throws {ConfigurationError} with all that is wrong
 */
export async function openImageFollowers(
  source: SettingSource,
  { images, registries: known, where }: RolloutSettings,
  byCommand: OpenByCommand | undefined,
): Promise<readonly ConfiguredFollower[]> {
  const mistakes = new Mistakes()
  const registries = new Map<string, OciRegistry>()
  for (const host of new Set(
    images.flatMap(({ follow }) => follow.map(({ image }) => image.host)),
  )) {
    const index = known.findIndex((registry) => registry.host === host)
    const name = `${where} registries[${index}].password`
    const registry = await mistakes.collect(() => openRegistry(source, host, known[index], name))
    if (registry !== undefined) registries.set(host, registry)
  }
  const followers: ConfiguredFollower[] = []
  for (const [index, settings] of images.entries()) {
    const name = `${where} images[${index}].repository`
    const repository = await mistakes.collect(() =>
      openRepository(source, settings.repository, byCommand, name),
    )
    if (repository === undefined) continue
    const { requests, open, address } = repository
    const follower = new ImageFollower({
      file: fileOf(settings),
      repository: address,
      registryOf: ({ image }) => registries.get(image.host) as OciRegistry,
      open: async (signal) => ({
        ...(await open(signal)),
        ...(settings.by === 'pull-request' && given({ requests: requests?.(signal) })),
      }),
    })
    followers.push({ follower, everyMs: settings.everySeconds * 1000 })
  }
  if (!mistakes.isEmpty) throw mistakes.toError()
  return followers
}

async function openRegistry(
  source: SettingSource,
  host: string,
  { address, username, password: from }: Partial<RegistrySettings> = {},
  where: string,
): Promise<OciRegistry> {
  const password = from && (await freshSecret(source, from, where))
  const credentials =
    username !== undefined && password !== undefined
      ? async () => ({ username, password: await password() })
      : undefined
  return new OciRegistry({ host, ...given({ address, credentials }) })
}

const fileOf = ({ environment, branch, file, follow }: ImageFileSettings) => ({
  environment,
  branch,
  path: file,
  images: follow.map(({ image, at, ...rule }) => ({
    image,
    at,
    rule: rule.tag === undefined ? { versions: rule.versions as string } : { tag: rule.tag },
  })),
})
