import { Secret } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import {
  ControlPlane,
  type DeployRepository,
  githubRepository,
  gitlabRepository,
  httpRepository,
  Lock,
  type Namespace,
  serviceAccounts,
} from '../../constructs/index.ts'
import { repositorySettings } from '../../constructs/repository-settings.ts'
import { REPOSITORY } from '../../functions/configuration/repository-settings.ts'
import { complaints } from './singleton-fixtures.ts'

const AUTHOR = { name: 'Lockstep', email: 'lockstep@example.com' }
const GITHUB = { repository: 'acme/deploy' }
const APP = { appId: 'Iv23li', installationId: '42' }
const GITLAB = { project: 'platform/deploy', author: AUTHOR }
const HTTP = { url: 'https://git.example.com/d.git', username: 'x', author: AUTHOR }

/** What people write by mistake, in one place or another. */
const WRITTEN: readonly unknown[] = [
  '',
  'deploy',
  '/deploy',
  'acme/deploy/',
  'acme deploy/x',
  'acme/platform/deploy',
  'https://github.com/acme/deploy',
  'http://git.example.com',
  'https://x:y@git.example.com',
  'git@git.example.com:acme/deploy.git',
  'lockstep@example',
  'lockstep @example.com',
  'Lockstep <lockstep@example.com>',
  7,
  false,
  null,
  {},
  [],
]

/** By the option, a repository of which that is what was written. */
const OPTIONS: Readonly<Record<string, (written: never) => DeployRepository>> = {
  'github.repository': (repository) => githubRepository({ repository }),
  'github.app': (app) => githubRepository({ ...GITHUB, app }),
  'github.app.appId': (appId) => githubRepository({ ...GITHUB, app: { ...APP, appId } }),
  'github.app.installationId': (installationId) =>
    githubRepository({ ...GITHUB, app: { ...APP, installationId } }),
  'gitlab.project': (project) => gitlabRepository({ ...GITLAB, project }),
  'gitlab.instance': (instance) => gitlabRepository({ ...GITLAB, instance }),
  'gitlab.author': (author) => gitlabRepository({ ...GITLAB, author }),
  'gitlab.author.name': (name) => gitlabRepository({ ...GITLAB, author: { ...AUTHOR, name } }),
  'gitlab.author.email': (email) => gitlabRepository({ ...GITLAB, author: { ...AUTHOR, email } }),
  'http.url': (url) => httpRepository({ ...HTTP, url }),
  'http.username': (username) => httpRepository({ ...HTTP, username }),
  'http.author.email': (email) => httpRepository({ ...HTTP, author: { ...AUTHOR, email } }),
}

/** By a control plane that follows an image in each. */
const complaintsAbout = (repositories: readonly DeployRepository[]): string =>
  complaints(
    (test) =>
      new ControlPlane(test, 'lockstep', {
        locks: [new Lock(test, 'ledger')],
        authentication: [serviceAccounts({ audience: 'lockstep' })],
        handleKeys: secret(test, 'keys'),
        rollouts: {
          apps: [],
          repository: githubRepository(GITHUB),
          branch: 'deploy',
          gitCredentials: secret(test, 'deploy'),
          images: repositories.map((repository, index) => ({
            repository,
            branch: 'main',
            file: 'images.json',
            by: 'commit' as const,
            gitCredentials: secret(test, `source-${index}`),
            follow: [{ image: 'ghcr.io/acme/web', tag: 'main', at: ['test', `web${index}`] }],
          })),
        },
      }),
    { external: ['Secret test/*'] },
  )

const secret = (test: Namespace, name: string) =>
  Secret.fromSecretName(test, `Secret-${name}`, name)

const readByServer = (repository: DeployRepository) =>
  REPOSITORY.safeParse(repositorySettings(repository, '/etc/lockstep/git'))

describe('A repository', () => {
  it.each(Object.entries(OPTIONS))(
    'whose server refuses what was written as %s is refused by synth',
    (option, repositoryOf) => {
      const refused = WRITTEN.map((written) => repositoryOf(written as never)).filter(
        (repository) => !readByServer(repository).success,
      )
      expect(refused).not.toEqual([])
      const message = complaintsAbout(refused)
      for (const index of refused.keys()) {
        expect(message).toContain(`'rollouts.images[${index}].repository.${option}`)
      }
    },
  )

  it.each([
    [githubRepository({ repository: 'deploy' }), 'OWNER/NAME, as in acme/deploy'],
    [
      gitlabRepository({ ...GITLAB, project: 'deploy' }),
      'the whole path of the project, as in platform/deploy',
    ],
    [httpRepository({ ...HTTP, author: { ...AUTHOR, email: 'somebody' } }), 'an address of e-mail'],
  ])('is refused by its server and by synth in the same words: %j', (repository, words) => {
    expect(readByServer(repository).error?.issues).toMatchObject([{ message: `Write ${words}` }])
    expect(complaintsAbout([repository])).toContain(` must be ${words}, got `)
  })

  it('may have a bot for its author', () => {
    const email = '4711+acme-bot[bot]@users.noreply.github.com'
    expect(readByServer(httpRepository({ ...HTTP, author: { ...AUTHOR, email } })).success).toBe(
      true,
    )
  })
})
