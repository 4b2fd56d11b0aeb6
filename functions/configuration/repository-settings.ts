import { z } from 'zod'
import { ADDRESS } from './safe-address.ts'
import { SECRET_SOURCE } from './secret-source.ts'

/** In whose name commits are made, where the host does not know that by the credentials. */
const AUTHOR = z.strictObject(
  {
    name: z.string('Write a name').min(1, 'Write a name'),
    email: z.email('Write an address of e-mail'),
  },
  "Write in whose name commits are made: { name: 'Lockstep', email: 'lockstep@example.com' }",
)

const OWNER_AND_NAME = z
  .string('Write OWNER/NAME')
  .regex(/^[\w.-]+\/[\w.-]+$/, 'Write OWNER/NAME, as in acme/deploy')

const github = z
  .strictObject({
    kind: z.literal('github'),
    repository: OWNER_AND_NAME,
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
  project: z
    .string('Write the path of the project')
    .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'Write the whole path of the project, as in platform/deploy'),
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
