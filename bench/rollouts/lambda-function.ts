import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { BundleProcess } from '../../test/functions/bundles/bundle-process.ts'
import { LambdaRuntimeApi } from '../../test/functions/bundles/lambda-runtime-api.ts'
import { ROOT } from '../rivals.ts'
import { overHttp, SENDERS, targetOf } from './served-rollouts.ts'

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

/** A repository by HTTP, and nobody who may do anything but send webhooks. */
export function lambdaSettings({
  url,
  cluster,
}: {
  readonly url: string
  readonly cluster: object
}): Readonly<Record<string, string>> {
  const sha256 = createHash('sha256').update(randomBytes(24)).digest('hex')
  return {
    ...targetOf(overHttp(url), { cluster }),
    LOCKSTEP_STATIC_TOKENS: JSON.stringify({ tokens: [{ name: 'nobody', sha256 }] }),
    LOCKSTEP_POLICY: JSON.stringify({
      rules: [{ names: ['nobody'], verbs: ['tick'], rollouts: ['prod/*/*'] }],
    }),
    ...SENDERS,
  }
}
