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

/** A request that has all loaded that has to be loaded for an answer, and that answer. */
export interface FirstRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** JSON. */
  readonly body?: string
  readonly status: number
}

/** What answers: a bundle, and what it is told. */
export interface Answering extends FirstRequest {
  readonly file: string
  readonly env: Readonly<Record<string, string>>
}

export const headersOf = ({ body }: FirstRequest): Readonly<Record<string, string>> =>
  body === undefined ? {} : { 'content-type': 'application/json' }

/** A server that says its address in the first line of its log, until its first answer. */
export const answeringServer =
  ({ file, env, ...first }: Answering): Start =>
  () =>
    untilAnswered({ program: process.execPath, args: [file], env }, first, (line) => {
      const { address } = JSON.parse(line) as { readonly address: string }
      return address
    })

interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** @param addressIn reads the first line that the process says */
export async function untilAnswered(
  { program, args, env = {} }: Program,
  first: FirstRequest,
  addressIn: (line: string) => string,
): ReturnType<Start> {
  const server = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(server, 'close')
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
  const { method, path, body, status } = first
  const sent = request(`${addressIn(line)}${path}`, { method, headers: headersOf(first) }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.destroy()
  if (answer.statusCode !== status) throw new Error(`It answered ${answer.statusCode}`)
  return async () => {
    server.kill('SIGKILL')
    await ended
  }
}
