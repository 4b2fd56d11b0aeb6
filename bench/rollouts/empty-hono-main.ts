import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/* The least that a function of Hono can be. Says in its first line where it listens. */

const app = new Hono().post('/', (c) => c.body(null))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(JSON.stringify({ address: `http://127.0.0.1:${port}` }))
})
