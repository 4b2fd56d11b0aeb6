import type { Duration } from 'cdk8s'
import type { ISecret } from 'cdk8s-plus-27'
import { imageName } from '../images/image-name.ts'
import { VERSIONS } from '../images/tag-rule.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { list } from './collection-shapes.ts'
import { type DeployRepository, REPOSITORY, STAND_IN_REPOSITORY } from './deploy-repository.ts'
import { existingSecret, MISSING_SECRET } from './existing-secret.ts'
import { optional, record, required } from './options.ts'
import { UNKNOWN_HOST } from './served-registry.ts'
import { readBy, reportWrong, type Shape, shape } from './shape.ts'
import { isDuration, oneOf, text } from './value-shapes.ts'

/** A file of images in a source repository whose digests are kept up to date, as docs/images.md describes it. */
export interface FollowedImages {
  /** Where the source is: made by `githubRepository`, `gitlabRepository` or `httpRepository`. */
  readonly repository: DeployRepository

  /** The branch that is edited, or that is asked to be merged into. */
  readonly branch: string

  /** From the root of the repository, JSON: `apps/images.json`. */
  readonly file: string

  /** `commit`: on the branch itself. `pull-request`: people merge it, on GitHub and GitLab. */
  readonly by: 'commit' | 'pull-request'

  /**
   * Existing Secret that lets write to the source: a token under `token`, or for a GitHub App its key under
   * `privateKey`. It may do more than the key of the deploy branch, so it is another one.
   */
  readonly gitCredentials: ISecret

  /** Which images, and where each is in the file. */
  readonly follow: readonly FollowedImage[]

  /**
   * How often registries are asked without anybody telling of a push.
   *
   * @default Duration.minutes(10)
   */
  readonly every?: Duration
}

/** An image by one of its tags: either `tag` or `versions`. */
export interface FollowedImage {
  /** Without a tag: `ghcr.io/acme/web`. */
  readonly image: string

  /**
   * This tag, whatever it moves to.
   *
   * @default - `versions` says which
   */
  readonly tag?: string

  /**
   * The newest release of `'*'`, `1.x` or `1.4.x`.
   *
   * @default - `tag` says which
   */
  readonly versions?: string

  /** Keys that lead to it in the file: `['prod', 'web']`. */
  readonly at: readonly string[]
}

const MOST_IMAGES = 100
const LONGEST_SECONDS = 86_400

/** A list with something in it. What is none of its items is reported and left out. */
const filled = <T>(item: Shape<T>, expected: string, most?: number): Shape<readonly T[]> => {
  const items = list(item)
  return readBy({ expected, example: items.example }, (value, option, mistakes, self) =>
    Array.isArray(value) && (value.length === 0 || value.length > (most ?? value.length))
      ? reportWrong(self, value, option, mistakes)
      : items.read(value, option, mistakes),
  )
}

const isText = (value: unknown, pattern: RegExp): boolean =>
  typeof value === 'string' && pattern.test(value)

const IMAGE = shape<string>({
  expected: 'the name of an image, without tag and digest',
  example: "'ghcr.io/acme/web'",
  is: (value) => typeof value === 'string' && imageName(value) !== undefined,
})

const TAG = shape<string>({
  expected: 'a tag',
  example: "'main'",
  is: (value) => isText(value, /^\w[\w.-]{0,127}$/),
})

const RELEASES = shape<string>({
  expected: "'*', or a major version or a minor one of releases",
  example: "'1.x'",
  is: (value) => isText(value, VERSIONS),
})

const KEY = shape<string>({
  expected: 'a key of letters, digits, - and _',
  example: "'web'",
  is: (value) => isText(value, /^[\w-]+$/),
})

const FILE = shape<string>({
  expected: 'the path of a JSON file from the root of the repository',
  example: "'apps/images.json'",
  is: (value) => isText(value, /^(?!.*(?:^|\/)\.{0,2}(?:\/|$)).+\.json$/),
})

const EVERY = shape<Duration>({
  expected: 'a Duration of cdk8s from a second to a day',
  example: 'Duration.minutes(10)',
  is: (value) => {
    if (!isDuration(value)) return false
    const seconds = value.toSeconds({ integral: false })
    return seconds >= 1 && seconds <= LONGEST_SECONDS
  },
})

const STAND_IN_FOLLOWED: FollowedImage = {
  image: `${UNKNOWN_HOST}/missing`,
  tag: 'missing',
  at: ['missing'],
}

const ANY_FOLLOWED = record<FollowedImage>(
  {
    image: required(IMAGE, STAND_IN_FOLLOWED.image),
    tag: optional(TAG),
    versions: optional(RELEASES),
    at: required(filled(KEY, 'a list with a key in it'), STAND_IN_FOLLOWED.at),
  },
  "{ image: 'ghcr.io/acme/web', tag: 'main', at: ['prod', 'web'] }",
)

const FOLLOWED: Shape<FollowedImage> = readBy(ANY_FOLLOWED, (value, option, mistakes) => {
  if (isRecord(value) && (value.tag === undefined) === (value.versions === undefined)) {
    mistakes.add({
      option,
      problem: `has ${value.tag === undefined ? 'neither tag nor versions' : 'both tag and versions'}`,
      remedy: 'Write one of them',
    })
  }
  return ANY_FOLLOWED.read(value, option, mistakes)
})

export const FOLLOWED_IMAGES = record<FollowedImages>(
  {
    repository: required(REPOSITORY, STAND_IN_REPOSITORY),
    branch: required(text('main'), 'missing'),
    file: required(FILE, 'missing.json'),
    by: required(oneOf(['commit', 'pull-request']), 'commit'),
    gitCredentials: required(existingSecret('source-key'), MISSING_SECRET),
    follow: required(filled(FOLLOWED, `a list of 1 to ${MOST_IMAGES} images`, MOST_IMAGES), [
      STAND_IN_FOLLOWED,
    ]),
    every: optional(EVERY),
  },
  "{ repository: githubRepository({ … }), branch: 'main', file: 'apps/images.json', by: 'pull-request', gitCredentials: …, follow: [ … ] }",
)

/** The registries that are asked, in the order of their names. */
export const followedHosts = (images: readonly FollowedImages[]): readonly string[] =>
  [
    ...new Set(
      images.flatMap(({ follow }) => follow.flatMap(({ image }) => imageName(image)?.host ?? [])),
    ),
  ].sort()
