import { z } from 'zod'
import { isSecureAddress } from './secure-address.ts'

/** Where what is sent is for no other eyes. */
export const ADDRESS = z
  .string('Write an address that begins with https://')
  .refine(
    isSecureAddress,
    'Write an address that begins with https://, without a password; http:// for this machine and Services of the cluster alone',
  )
