import type { ISecret } from 'cdk8s-plus-27'
import { reference } from './value-shapes.ts'

/** A Secret that somebody else makes, as one names it. */
export const existingSecret = (name: string) =>
  reference<ISecret>(
    'an existing Secret of cdk8s-plus',
    `Secret.fromSecretName(scope, '${name}', '${name}')`,
  )

export const MISSING_SECRET = { name: 'missing' } as ISecret
