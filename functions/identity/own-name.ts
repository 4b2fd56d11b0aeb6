import { z } from 'zod'

/**
 * A name or group that somebody writes down here. None of Kubernetes, whose names begin with
 * `system:`, so that nobody who is not a ServiceAccount can pass for one.
 */
export const OWN_NAME = z
  .string('Write a name')
  .regex(
    /^[\x21-\x7e]{1,253}$/,
    'Write a name of 1 to 253 letters, digits and signs, without spaces',
  )
  .refine((name) => !name.startsWith('system:'), 'Names that begin with system: are of Kubernetes')
