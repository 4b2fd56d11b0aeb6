import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workerdCommand } from '../test/functions/bundles/workerd.ts'
import { type Answering, type Start, untilAnswered } from './cold-start.ts'

/** A Worker in Cloudflare's own runtime, until its first answer. */
export function answeringWorker({ file, env, ...first }: Answering): Start {
  const command = workerdCommand({ file, variables: env })
  return () =>
    untilAnswered(command, first, (line) => {
      const { port } = JSON.parse(line) as { readonly port: number }
      return `http://127.0.0.1:${port}`
    })
}

/** One that does nothing, in a folder of its own: what the runtime itself takes. */
export function bareWorker(folder: string): Start {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'bare.mjs')
  writeFileSync(file, 'export default { fetch: () => new Response() }')
  return answeringWorker({ file, env: {}, method: 'GET', path: '/', status: 200 })
}
