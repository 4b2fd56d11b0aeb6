import { rolloutsLambdaHandler } from './lambda-rollouts.ts'

/** What AWS Lambda calls. */
export const handler = await rolloutsLambdaHandler({
  env: process.env,
  write: (line) => process.stdout.write(line),
})
