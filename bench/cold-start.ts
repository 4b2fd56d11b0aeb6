import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { type Spread, spread } from './statistics.ts'

/** Starts a process. Resolves when it has done what it was started for, with how to end it. */
export type Start = () => Promise<() => Promise<void>>

/** Starts them in turn, again and again: from the start of the process, in milliseconds. */
export async function timeColdStarts<Name extends string>(
  starts: Readonly<Record<Name, Start>>,
  rounds: number,
): Promise<Readonly<Record<Name, Spread>>> {
  const names = Object.keys(starts) as Name[]
  const times = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const began = performance.now()
      const end = await starts[name]()
      times.get(name)?.push(performance.now() - began)
      await end()
    }
  }
  return Object.fromEntries(names.map((name) => [name, spread(times.get(name) ?? [])])) as Record<
    Name,
    Spread
  >
}

/** Node alone, which does nothing and ends. */
export const bareNode: Start = async () => {
  await once(spawn(process.execPath, ['-e', '']), 'close')
  return async () => {}
}

export interface AnsweringServer {
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  /** What it answers to that. */
  readonly status: number
}

/** A server that says its address in the first line of its log, until its first answer. */
export const answeringServer =
  ({ file, env, method, path, body, status }: AnsweringServer): Start =>
  async () => {
    const server = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = once(server, 'close')
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
    const { address } = JSON.parse(line) as { readonly address: string }
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(`${address}${path}`, { method, headers }).end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.destroy()
    if (answer.statusCode !== status) throw new Error(`It answered ${answer.statusCode}`)
    return async () => {
      server.kill('SIGKILL')
      await ended
    }
  }
