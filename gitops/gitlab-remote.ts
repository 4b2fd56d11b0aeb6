import { SmartHttpRemote, type SmartHttpRemoteProps } from './smart-http-remote.ts'

export type { CommitSigner, GitAuthor } from './smart-http-remote.ts'

export interface GitLabRemoteProps
  extends Omit<SmartHttpRemoteProps, 'url' | 'credentials' | 'remedy'> {
  /** Full path: `platform/deploy`, with all groups. */
  readonly project: string
  /**
   * Project, group or personal access token with the scope `write_repository`, or a function that
   * gets one.
   */
  readonly token: string | (() => Promise<string>)
  /**
   * Address of the instance, with the folder that it is served in if there is one.
   *
   * @default 'https://gitlab.com'
   */
  readonly instance?: string
}

const REMEDY =
  'Check that the token has the scope write_repository, has not expired, and that its role may ' +
  'push to this branch (Developer, or Maintainer if the branch is protected)'

/**
 * A project of GitLab, by its smart HTTP.
 *
 * Its API has no compare-and-swap of a branch: `POST …/repository/commits` builds on whatever the
 * branch is at, `last_commit_id` looks at single files only, and `start_sha` begins branches or
 * forces them. A push names the commit that the branch must be at, and GitLab refuses any other.
 */
export class GitLabRemote extends SmartHttpRemote {
  constructor({ project, token, instance = 'https://gitlab.com', ...props }: GitLabRemoteProps) {
    super({
      ...props,
      url: `${instance.replace(/\/+$/, '')}/${project}.git`,
      // Any name will do beside an access token.
      credentials: async () => ({
        username: 'oauth2',
        password: typeof token === 'string' ? token : await token(),
      }),
      remedy: REMEDY,
    })
  }
}
