import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NodeServer } from '../../../functions/serving/node-server.ts'
import { RecordingSink } from './recording-sink.ts'
import { functionOf, proofHeaders, SECRET } from './webhook-caller.ts'
import { fixture } from './webhook-fixture.ts'

const sink = new RecordingSink()
let server: NodeServer

beforeAll(async () => {
  const { fetch } = functionOf({ sink })
  const listen = { host: '127.0.0.1', port: 0 }
  server = await NodeServer.start({ fetch, listen, drainMs: 0, stopWithinMs: 1000 })
})

afterAll(() => server.stop())

/** By a socket, in chunks, without saying how long it is. */
function sendChunks(
  path: string,
  headers: Readonly<Record<string, string>>,
  chunks: Iterable<Buffer>,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const call = request(`${server.address}${path}`, { method: 'POST', headers }, (response) => {
    response.resume()
    resolve(response.statusCode)
    call.destroy()
  })
  call.on('error', reject)
  for (const chunk of chunks) call.write(chunk)
  call.end()
  return promise
}

describe('By a real server', () => {
  const { headers = {}, payload } = fixture('github-push')

  it('a signature is checked over what came, in however many chunks and whatever letters', async () => {
    const body = Buffer.from(JSON.stringify({ ...payload, note: 'Grüße, 日本 🎉' }, null, 2))
    const signed = { ...headers, ...proofHeaders('hub-signature', SECRET, body) }
    const bytes = Array.from(body, (_, index) => body.subarray(index, index + 1))
    expect(await sendChunks('/webhooks/github', signed, bytes)).toBe(202)
    expect(sink.looks).toHaveLength(1)
  })

  it('10 MB are refused before all of them have come', async () => {
    const megabytes = Array.from({ length: 10 }, () => Buffer.alloc(1_000_000, 'x'))
    expect(await sendChunks('/webhooks/github', {}, megabytes)).toBe(413)
  })
})
