import { z } from 'zod'
import { EMAIL, type NameRule, OWNER_AND_NAME, PROJECT_PATH } from './repository-names.ts'
import { ADDRESS } from './safe-address.ts'
import { SECRET_SOURCE } from './secret-source.ts'

const named = ({ pattern, expected }: NameRule) =>
  z.string(`Write ${expected}`).regex(pattern, `Write ${expected}`)

/** In whose name commits are made, where the host does not know that by the credentials. */
const AUTHOR = z.strictObject(
  {
    name: z.string('Write a name').min(1, 'Write a name'),
    email: named(EMAIL),
  },
  "Write in whose name commits are made: { name: 'Lockstep', email: 'lockstep@example.com' }",
)

const github = z
  .strictObject({
    kind: z.literal('github'),
    repository: named(OWNER_AND_NAME),
    apiUrl: ADDRESS.exactOptional(),
    token: SECRET_SOURCE.exactOptional(),
    app: z
      .strictObject({
        appId: z.string('Quote the id: it is text').min(1),
        installationId: z.string('Quote the id: it is text').min(1),
        privateKey: SECRET_SOURCE,
      })
      .exactOptional(),
  })
  .refine(
    ({ token, app }) => (token === undefined) !== (app === undefined),
    'Write token or app, and not both',
  )

const gitlab = z.strictObject({
  kind: z.literal('gitlab'),
  project: named(PROJECT_PATH),
  instance: ADDRESS.exactOptional(),
  token: SECRET_SOURCE,
  author: AUTHOR,
})

const smartHttp = z
  .strictObject({
    kind: z.literal('smart-http'),
    url: ADDRESS,
    username: z.string('Write a name').min(1).exactOptional(),
    password: SECRET_SOURCE.exactOptional(),
    author: AUTHOR,
  })
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    'Write both username and password, or none of them',
  )

/** By the `git` command and what that is configured with: keys, credentials, signing. */
const git = z.strictObject({
  kind: z.literal('git'),
  remote: z.string('Write a path or an address').min(1, 'Write a path or an address'),
})

/** A repository, and how it is reached. */
export const REPOSITORY = z.discriminatedUnion(
  'kind',
  [github, gitlab, smartHttp, git],
  'Write one of github, gitlab, smart-http and git as its kind',
)

export type RepositorySettings = z.output<typeof REPOSITORY>
