import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { writeKubeconfig } from '../control-plane/kubeconfig.ts'
import { listening } from '../kubernetes/listening-server.ts'
import { selfMadeCertificate } from '../kubernetes/self-made-certificate.ts'
import type { MemoryApiServer } from '../reconciler/memory-api-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A kubeconfig of a cluster in memory, for as long as the test takes. */
export async function memoryKubeconfig(api: MemoryApiServer): Promise<string> {
  const { key, certificate: cert } = selfMadeCertificate()
  const server = createServer({ key, cert }, async (request, response) => {
    const { method = '', url: path = '' } = request
    const { signal } = new AbortController()
    const answer = await api.open({ method, path, headers: {}, body: await text(request), signal })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    for await (const chunk of answer.body) response.write(chunk)
    response.end()
  })
  const { port, close } = await listening(server)
  onTestFinished(close)
  const file = join(temporaryFolder(), 'kubeconfig')
  const connection = {
    server: `https://localhost:${port}`,
    certificateAuthority: cert,
    token: 'me',
  }
  writeFileSync(file, writeKubeconfig(connection))
  return file
}
