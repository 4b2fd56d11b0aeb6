import { createServer } from 'node:http'
import { FetchTransport } from '../../kubernetes/fetch-transport.ts'
import { describeTransport } from './transport-contract.ts'

describeTransport({
  name: 'FetchTransport',
  newServer: (listener) => createServer(listener),
  open: (port, token) => new FetchTransport({ server: `http://127.0.0.1:${port}`, token }),
})
