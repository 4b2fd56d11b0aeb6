import type { ISecret } from 'cdk8s-plus-27'
import { type FollowedImages, followedHosts } from './followed-images.ts'
import type { Peer } from './peer.ts'
import { portOf, repositoryPort, repositorySettings } from './repository-settings.ts'
import type { ServedRegistry } from './served-registry.ts'
import type { ServedRollouts } from './served-rollouts.ts'

/** What a server has to be told and given that follows images, beside what one of rollouts has. */
export interface ImageParts {
  /** As docs/images.md has them. Nothing for a server that follows none. */
  readonly settings: object
  readonly secretFiles: Readonly<Record<string, ISecret>>
  /** Of what can be anywhere. */
  readonly ports: readonly number[]
  readonly peers: readonly Peer[]
}

const sourceFolder = (index: number): string => `/etc/lockstep/source/${index}`
const registryFolder = (index: number): string => `/etc/lockstep/registries/${index}`

/** A key for each repository, and a password for each registry, of which none may do what another does. */
export function imageParts(
  { images = [], registries = [] }: ServedRollouts,
  environment: string,
): ImageParts {
  const hosts = followedHosts(images).map((host) => ({
    host,
    registry: registries.find((registry) => registry.host === host),
  }))
  return {
    settings: {
      ...(images.length > 0 && {
        images: images.map((file, index) => fileSettings(file, index, environment)),
      }),
      ...(registries.length > 0 && { registries: registries.map(registrySettings) }),
    },
    secretFiles: {
      ...Object.fromEntries(
        images.map(({ gitCredentials }, index) => [sourceFolder(index), gitCredentials]),
      ),
      ...Object.fromEntries(
        registries.flatMap(({ credentials }, index) =>
          credentials === undefined ? [] : [[registryFolder(index), credentials.password]],
        ),
      ),
    },
    ports: [
      ...images.map(({ repository }) => repositoryPort(repository)),
      ...hosts.flatMap(({ host, registry }) =>
        registry?.peer === undefined ? portOf(registry?.address ?? `https://${host}`) : [],
      ),
    ],
    peers: hosts.flatMap(({ registry }) => registry?.peer ?? []),
  }
}

const fileSettings = (
  { repository, branch, file, by, follow, every }: FollowedImages,
  index: number,
  environment: string,
): object => ({
  environment,
  repository: repositorySettings(repository, sourceFolder(index)),
  branch,
  file,
  by,
  follow,
  ...(every !== undefined && { everySeconds: every.toSeconds({ integral: false }) }),
})

const registrySettings = (
  { host, address, credentials }: ServedRegistry,
  index: number,
): object => ({
  host,
  ...(address !== undefined && { address }),
  ...(credentials !== undefined && {
    username: credentials.username,
    password: { file: `${registryFolder(index)}/password` },
  }),
})
