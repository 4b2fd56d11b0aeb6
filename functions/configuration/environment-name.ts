import { z } from 'zod'

/** What an environment is called: its folder on the deploy branch, and nothing that leads out of it. */
export const ENVIRONMENT_NAME = z
  .string('Write the name of an environment')
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'Write the name of an environment, as its folder is called')
