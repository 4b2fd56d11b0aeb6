import { join } from 'node:path'
import { BundleProcess } from '../test/functions/bundles/bundle-process.ts'
import { LambdaRuntimeApi } from '../test/functions/bundles/lambda-runtime-api.ts'
import { type Answering, type FirstRequest, headersOf, type Start } from './cold-start.ts'
import { ROOT } from './rivals.ts'

const LOOP = join(ROOT, 'test', 'functions', 'bundles', 'lambda-loop.mjs')

/** The function of AWS Lambda in a stand-in for its runtime. */
export interface LambdaFunction {
  readonly pid: number
  /** @throws with its log, if it fails */
  invoke(event: unknown): Promise<unknown>
  stop(): Promise<void>
}

export async function startLambda(
  file: string,
  settings: Readonly<Record<string, string>>,
): Promise<LambdaFunction> {
  const api = await LambdaRuntimeApi.start()
  const process = new BundleProcess({
    program: globalThis.process.execPath,
    args: [LOOP, file],
    env: { ...settings, AWS_LAMBDA_RUNTIME_API: api.address },
  })
  const stop = async () => {
    await process.kill()
    await api.stop()
  }
  const invoke = (event: unknown) =>
    api.invoke(event).catch((cause: unknown) => {
      throw new Error(process.output, { cause })
    })
  return { pid: process.pid, invoke, stop }
}

/** The same, until its first answer. */
export const answeringLambda =
  ({ file, env, ...first }: Answering): Start =>
  async () => {
    const lambda = await startLambda(file, env)
    const { statusCode } = (await lambda.invoke(eventOf(first))) as { readonly statusCode: number }
    if (statusCode !== first.status) throw new Error(`It answered ${statusCode}`)
    return () => lambda.stop()
  }

/** As a function URL sends it. */
const eventOf = (first: FirstRequest) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: first.path,
  rawQueryString: '',
  headers: { host: 'lockstep.example.com', ...headersOf(first) },
  requestContext: {
    domainName: 'lockstep.example.com',
    http: {
      method: first.method,
      path: first.path,
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      userAgent: '',
    },
  },
  ...(first.body !== undefined && { body: first.body }),
  isBase64Encoded: false,
})
