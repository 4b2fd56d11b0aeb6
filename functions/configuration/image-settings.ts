import { z } from 'zod'
import { imageName } from '../../images/image-name.ts'
import { VERSIONS } from '../../images/tag-rule.ts'
import { ENVIRONMENT_NAME } from './environment-name.ts'
import { REPOSITORY } from './repository-settings.ts'
import { ADDRESS } from './safe-address.ts'
import { SECRET_SOURCE } from './secret-source.ts'

const IMAGE = z
  .string('Write an image without tag, as in ghcr.io/acme/checkout')
  .transform((text, context) => {
    const name = imageName(text)
    if (name !== undefined) return name
    context.addIssue({
      code: 'custom',
      message: 'Write an image without tag, as in ghcr.io/acme/checkout',
    })
    return z.NEVER
  })

const FOLLOWED = z
  .strictObject({
    image: IMAGE,
    tag: z
      .string('Write a tag')
      .regex(/^\w[\w.-]{0,127}$/, 'Write a tag')
      .exactOptional(),
    versions: z
      .string("Quote it: '1.4'")
      .regex(VERSIONS, "Write '*', 1.x or 1.4.x: releases are followed, MAJOR.MINOR.PATCH")
      .exactOptional(),
    at: z
      .array(
        z
          .string('Write keys of the file')
          .regex(/^[\w-]+$/, 'Write keys of letters, digits, - and _'),
        'Write the keys that lead to it in the file: [prod, checkout]',
      )
      .min(1, 'Write the keys that lead to it in the file: [prod, checkout]'),
  })
  .refine(
    ({ tag, versions }) => (tag === undefined) !== (versions === undefined),
    'Write tag or versions, and not both',
  )

const FILE = z
  .strictObject({
    environment: ENVIRONMENT_NAME,
    repository: REPOSITORY,
    branch: z.string('Write a branch').min(1, 'Write the branch that is edited'),
    file: z
      .string('Write the path of a file')
      .regex(
        /^(?!.*(?:^|\/)\.{0,2}(?:\/|$)).+\.json$/,
        'Write the path of a JSON file from the root of the repository: apps/images.json',
      ),
    by: z.enum(['commit', 'pull-request'], 'Write commit or pull-request'),
    follow: z.array(FOLLOWED).min(1, 'Add an image, or leave the file out').max(100),
    everySeconds: z.number().min(1, 'Write 1 or more').max(86_400).default(600),
  })
  .superRefine(({ by, repository }, context) => {
    if (by === 'pull-request' && repository.kind !== 'github' && repository.kind !== 'gitlab') {
      context.addIssue({
        code: 'custom',
        path: ['by'],
        message: `There are no pull requests by ${repository.kind}. Write commit, or github or gitlab as its kind`,
      })
    }
  })

const REGISTRY = z
  .strictObject({
    host: z
      .string('Write what its images begin with, such as ghcr.io')
      .regex(/^[a-z0-9.-]+(:\d+)?$/, 'Write what its images begin with, such as ghcr.io'),
    address: ADDRESS.exactOptional(),
    username: z.string('Write a name').min(1, 'Write a name').exactOptional(),
    password: SECRET_SOURCE.exactOptional(),
  })
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    'Write both username and password, or none of them',
  )

/** Which images are followed, and how their registries are reached. */
export const IMAGE_SETTINGS = {
  images: z.array(FILE).default([]),
  registries: z.array(REGISTRY).default([]),
}

export type ImageFileSettings = z.output<typeof FILE>
export type RegistrySettings = z.output<typeof REGISTRY>
