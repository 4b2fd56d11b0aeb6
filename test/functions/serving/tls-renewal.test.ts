import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import type { LogEntry } from '../../../functions/http/log-sink.ts'
import { NodeServer } from '../../../functions/serving/node-server.ts'
import type { Tls } from '../../../functions/serving/tls.ts'
import { renewTls } from '../../../functions/serving/tls-renewal.ts'
import { eventually } from '../../control-plane/eventually.ts'
import { selfMadeCertificate } from '../../kubernetes/self-made-certificate.ts'

/** A server whose certificate can be replaced, in parts too. */
async function renewing() {
  const files: { -readonly [Part in keyof Tls]: Tls[Part] } = selfMadeCertificate('first')
  const entries: LogEntry[] = []
  const tls = { ...files }
  const server = await NodeServer.start({
    fetch: async () => new Response('said'),
    listen: { host: '127.0.0.1', port: 0 },
    tls,
    drainMs: 0,
    stopWithinMs: 60_000,
  })
  const end = renewTls({
    tls,
    read: async () => ({ ...files }),
    use: (next) => server.useTls(next),
    log: (entry) => entries.push(entry),
    everyMs: 10,
  })
  onTestFinished(async () => {
    end()
    await server.stop()
  })
  const { port } = new URL(server.address)
  return { files, entries, shown: () => nameOf(Number(port)) }
}

/** Whom a server says that it is. */
async function nameOf(port: number): Promise<string | undefined> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

it('uses a certificate that replaced the old one, from the next connection on', async () => {
  const { files, entries, shown } = await renewing()
  expect(await shown()).toBe('first')
  Object.assign(files, selfMadeCertificate('second'))
  await eventually('the new certificate is shown', shown, (name) => name === 'second')
  expect(entries).toEqual([{ level: 'info', message: 'Uses the new certificate', fields: {} }])
})

it('goes on with the old one until the new one has its key', async () => {
  const { files, entries, shown } = await renewing()
  const { certificate, key } = selfMadeCertificate('second')
  files.certificate = certificate
  await eventually(
    'it says that it goes on',
    async () => entries.map(({ message }) => message),
    (messages) => messages.some((message) => message.startsWith('Goes on with the old')),
  )
  expect(await shown()).toBe('first')
  files.key = key
  await eventually('the new certificate is shown', shown, (name) => name === 'second')
})
