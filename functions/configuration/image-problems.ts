import { entryName } from '../../images/followed-file.ts'
import { nameText } from '../../images/image-name.ts'
import { entryOfBranch } from '../../images/proposal-branch.ts'
import type { ImageFileSettings, RegistrySettings } from './image-settings.ts'

interface ImageSettings {
  readonly images: readonly ImageFileSettings[]
  readonly registries: readonly RegistrySettings[]
}

interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** What is wrong with settings of images only beside each other. */
export const imageProblems = ({ images, registries }: ImageSettings): readonly Problem[] => [
  ...unusedRegistries(images, registries),
  ...repeatedRegistries(registries),
  ...sharedEntries(images),
]

function unusedRegistries(
  images: ImageSettings['images'],
  registries: ImageSettings['registries'],
): readonly Problem[] {
  const hosts = new Set(images.flatMap(({ follow }) => follow.map(({ image }) => image.host)))
  return registries.flatMap(({ host }, index) =>
    hosts.has(host)
      ? []
      : [
          {
            path: ['registries', index, 'host'],
            message: `No image of \`images\` begins with it. Those begin with ${[...hosts].join(', ') || 'nothing: there are none'}`,
          },
        ],
  )
}

const repeatedRegistries = (registries: ImageSettings['registries']): readonly Problem[] =>
  registries.flatMap(({ host }, index) => {
    const first = registries.findIndex((other) => other.host === host)
    const message = `registries[${first}] is that already. Leave one out`
    return first === index ? [] : [{ path: ['registries', index, 'host'], message }]
  })

/** Two rules for one entry would write over each other for ever, or close each other's pull requests. */
function sharedEntries(images: ImageSettings['images']): readonly Problem[] {
  const entries = images.flatMap((settings, fileIndex) =>
    settings.follow.map(({ image, at }, index) => ({
      path: ['images', fileIndex, 'follow', index, 'at'],
      key: entryKey(settings, at),
      image: nameText(image),
    })),
  )
  return entries.flatMap(({ path, key }, index) => {
    const first = entries.findIndex((other) => other.key === key)
    const message = `${entries[first]?.image} is followed there already. Leave one out`
    return first === index ? [] : [{ path, message }]
  })
}

const entryKey = (
  { repository, branch, file, environment, by }: ImageFileSettings,
  at: readonly string[],
): string =>
  JSON.stringify(
    by === 'commit'
      ? [repository, branch, file, entryName({ at })]
      : [repository, entryOfBranch(environment, { at })],
  )
