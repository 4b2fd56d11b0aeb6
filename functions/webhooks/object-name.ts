import { z } from 'zod'

/** Of a namespace or an app: RFC 1123, so that it can be part of a path and mean nothing else there. */
export const OBJECT_NAME = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'Send the name of an object of Kubernetes')
  .refine((name) => !name.includes('..'), 'Send the name of an object of Kubernetes')
