import { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'

/*
 * Loaded into a server before all else, by `node --import`. Counts its calls to others from 1, a line each in a
 * file: processes of Git, requests to the API server, requests to the metric store. Ends it as SIGKILL
 * does before a call is made, or after its answer has come and before anybody has read that.
 */

const { LOCKSTEP_TEST_CALLS: file = '', LOCKSTEP_TEST_DIES: dies = '' } = process.env

/** By what there is of each from its begin to its end. */
const numbers = new WeakMap<object, number>()
let count = 0

function begins(call: object, name: string): void {
  count += 1
  numbers.set(call, count)
  appendFileSync(file, `${name}\n`)
  dieIf(`before ${count}`)
}

const ends = (call: object): void => dieIf(`after ${numbers.get(call)}`)

function dieIf(moment: string): void {
  if (moment === dies) process.kill(process.pid, 'SIGKILL')
}

interface Spawning {
  spawn(options: { readonly args: readonly string[] }): unknown
}

const children = ChildProcess.prototype as unknown as Spawning
const { spawn } = children
children.spawn = function (this: ChildProcess & Spawning, options) {
  begins(this, options.args.slice(0, 2).join(' '))
  this.prependOnceListener('exit', () => ends(this))
  return spawn.call(this, options)
}

interface Requested {
  readonly request: { readonly method: string; readonly path: string }
}

const requestBegins = (message: unknown): void => {
  const { request } = message as Requested
  begins(request, `${request.method} ${request.path.split('?')[0]}`)
}
const requestEnds = (message: unknown): void => ends((message as Requested).request)

subscribe('http.client.request.created', requestBegins)
subscribe('http.client.response.finish', requestEnds)
subscribe('undici:request:create', requestBegins)
subscribe('undici:request:headers', requestEnds)
