import { lambdaHandler } from './lambda.ts'

/** What AWS Lambda calls. */
export const handler = await lambdaHandler({
  env: process.env,
  write: (line) => process.stdout.write(line),
})
