import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../test/control-plane/eventually.ts'

/**
 * The server itself, of Debian's package `redis-tools`, which starts none with the machine: it checks
 * files if it is called by this name, and serves if it is called `redis-server`.
 */
const PROGRAM = '/usr/bin/redis-check-rdb'

/** A redis of its own, on a socket alone, that keeps nothing. */
export class RedisServer implements AsyncDisposable {
  static isPossible(): boolean {
    return existsSync(PROGRAM)
  }

  readonly socket: string
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(socket: string) {
    this.socket = socket
    const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
    this.#child = spawn(PROGRAM, args, { argv0: 'redis-server', stdio: 'ignore' })
    this.#ended = once(this.#child, 'close')
  }

  static async start(folder: string): Promise<RedisServer> {
    mkdirSync(folder, { recursive: true })
    const server = new RedisServer(join(folder, 'redis.sock'))
    await eventually('redis listens', async () => existsSync(server.socket), Boolean)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}
