import {
  EMAIL,
  type NameRule,
  OWNER_AND_NAME,
  PROJECT_PATH,
} from '../functions/configuration/repository-names.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { givenOptions } from './given-options.ts'
import { optional, record, required } from './options.ts'
import { secureAddress } from './secure-address.ts'
import { choice, type Shape, shape } from './shape.ts'
import { text } from './value-shapes.ts'

/** A repository of deploys or of sources, by its host. */
export type DeployRepository =
  | { readonly github: GitHubRepositoryProps }
  | { readonly gitlab: GitLabRepositoryProps }
  | { readonly http: HttpRepositoryProps }

export interface GitHubRepositoryProps {
  /** `acme/deploy`. */
  readonly repository: string

  /**
   * The GitHub App that writes.
   *
   * @default - a token
   */
  readonly app?: GitHubAppReference
}

export interface GitHubAppReference {
  /** Number of the App, as its settings show it. */
  readonly appId: string
  /** Number of its installation on the repository, at the end of the address of its settings. */
  readonly installationId: string
}

export interface GitLabRepositoryProps {
  /** `platform/deploy`, with all groups. */
  readonly project: string
  /**
   * @default 'https://gitlab.com'
   */
  readonly instance?: string
  readonly author: CommitAuthor
}

export interface HttpRepositoryProps {
  /** As for `git clone`. */
  readonly url: string
  /** Beside the token: whatever the host asks for. */
  readonly username: string
  readonly author: CommitAuthor
}

/** In whose name commits are made. */
export interface CommitAuthor {
  readonly name: string
  /** Need not exist; hosts find by it whose commits they are. */
  readonly email: string
}

/** A repository of GitHub, which signs every commit. */
export const githubRepository = (props: GitHubRepositoryProps): DeployRepository => ({
  github: givenOptions(props) as GitHubRepositoryProps,
})

/** A project of GitLab. */
export const gitlabRepository = (props: GitLabRepositoryProps): DeployRepository => ({
  gitlab: givenOptions(props) as GitLabRepositoryProps,
})

/** A repository of any other host, by HTTP. */
export const httpRepository = (props: HttpRepositoryProps): DeployRepository => ({
  http: givenOptions(props) as HttpRepositoryProps,
})

const named = ({ pattern, expected, example }: NameRule): Shape<string> =>
  shape({
    expected,
    example: `'${example}'`,
    is: (value) => typeof value === 'string' && pattern.test(value),
  })

const AUTHOR = record<CommitAuthor>(
  {
    name: required(text('Lockstep'), 'missing'),
    email: required(named(EMAIL), 'missing'),
  },
  "{ name: 'Lockstep', email: 'lockstep@example.com' }",
)

const STAND_IN_AUTHOR: CommitAuthor = { name: 'missing', email: 'missing' }

const GITHUB = record<{ readonly github: GitHubRepositoryProps }>(
  {
    github: required(
      record<GitHubRepositoryProps>(
        {
          repository: required(named(OWNER_AND_NAME), 'missing/missing'),
          app: optional(
            record<GitHubAppReference>(
              {
                appId: required(text('Iv23liExample'), 'missing'),
                installationId: required(text('4242424'), 'missing'),
              },
              "{ appId: 'Iv23liExample', installationId: '4242424' }",
            ),
          ),
        },
        "{ repository: 'acme/deploy' }",
      ),
      { repository: 'missing/missing' },
    ),
  },
  "githubRepository({ repository: 'acme/deploy' })",
)

const GITLAB = record<{ readonly gitlab: GitLabRepositoryProps }>(
  {
    gitlab: required(
      record<GitLabRepositoryProps>(
        {
          project: required(named(PROJECT_PATH), 'missing/missing'),
          instance: optional(secureAddress('https://gitlab.example.com')),
          author: required(AUTHOR, STAND_IN_AUTHOR),
        },
        "{ project: 'platform/deploy', author: { … } }",
      ),
      { project: 'missing/missing', author: STAND_IN_AUTHOR },
    ),
  },
  "gitlabRepository({ project: 'platform/deploy', author: { … } })",
)

const HTTP = record<{ readonly http: HttpRepositoryProps }>(
  {
    http: required(
      record<HttpRepositoryProps>(
        {
          url: required(
            secureAddress('https://git.example.com/platform/deploy.git'),
            'https://missing.invalid',
          ),
          username: required(text('lockstep'), 'missing'),
          author: required(AUTHOR, STAND_IN_AUTHOR),
        },
        "{ url: 'https://…', username: '…', author: { … } }",
      ),
      { url: 'https://missing.invalid', username: 'missing', author: STAND_IN_AUTHOR },
    ),
  },
  "httpRepository({ url: 'https://…', username: '…', author: { … } })",
)

export const STAND_IN_REPOSITORY: DeployRepository = { github: { repository: 'missing/missing' } }

export const REPOSITORY = choice<DeployRepository>({
  expected: 'made by githubRepository(), gitlabRepository() or httpRepository()',
  example: "githubRepository({ repository: 'acme/deploy' })",
  pick: (value) => {
    if (!isRecord(value)) return undefined
    if ('github' in value) return GITHUB
    if ('gitlab' in value) return GITLAB
    return 'http' in value ? HTTP : undefined
  },
})
