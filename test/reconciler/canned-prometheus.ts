import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { listening } from '../kubernetes/listening-server.ts'

export interface CannedRequest {
  readonly path: string
  readonly query: string
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, unknown>>
}

/** Status and body; a body that is no text is written as JSON. Never an answer if it is `undefined`. */
export type CannedAnswer = readonly [status: number, body: unknown] | undefined

export interface CannedPrometheus {
  readonly url: string
  readonly requests: CannedRequest[]
}

/** Speaks HTTP as Prometheus does, and says what it is told to. Gone when the test is. */
export async function cannedPrometheus(
  answer: (request: CannedRequest) => CannedAnswer,
): Promise<CannedPrometheus> {
  const requests: CannedRequest[] = []
  const server = createServer(async (request, response) => {
    const parameters = new URLSearchParams(await text(request))
    const canned = {
      path: request.url ?? '',
      query: parameters.get('query') ?? '',
      parameters,
      headers: request.headers,
    }
    requests.push(canned)
    const [status, body] = answer(canned) ?? []
    if (status === undefined) return
    response.writeHead(status, { location: '/elsewhere' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const { port, close } = await listening(server)
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, requests }
}

type Labels = Readonly<Record<string, string>>
type Values = readonly (readonly [seconds: number, value: string])[]

export const matrix = (...series: readonly (readonly [Labels, Values])[]) =>
  [
    200,
    {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: series.map(([metric, values]) => ({ metric, values })),
      },
    },
  ] as const

export const vector = (value: string | undefined) =>
  [
    200,
    {
      status: 'success',
      data: {
        resultType: 'vector',
        result: value === undefined ? [] : [{ metric: {}, value: [1_100, value] }],
      },
    },
  ] as const
