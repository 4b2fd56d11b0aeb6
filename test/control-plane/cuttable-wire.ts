import { connect, createServer, type Socket } from 'node:net'

/** An address that leads to a server until it is cut. Then nothing is answered any more. */
export interface CuttableWire {
  /** As the server's, but for the port. */
  readonly server: string
  cut(): void
  /** What was open when it was cut stays dead; who comes anew gets through. */
  mend(): void
  close(): void
}

export async function cuttableWire(server: string): Promise<CuttableWire> {
  const { hostname, port } = new URL(server)
  const sockets = new Set<Socket>()
  let isCut = false
  const listener = createServer((near) => {
    sockets.add(near)
    near.on('error', () => {})
    if (isCut) return
    const far = connect(Number(port), hostname)
    far.on('error', () => {})
    sockets.add(far)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => listener.listen(0, hostname, resolve))
  const address = listener.address() as { readonly port: number }
  return {
    server: `https://${hostname}:${address.port}`,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    mend: () => {
      isCut = false
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
}
