import type { GitHttp } from './git-http.ts'
import { RemoteRefusedError, RemoteUnreachableError } from './git-remote-errors.ts'
import {
  concatenate,
  DELIMITER,
  FLUSH,
  lineOf,
  MalformedPacketError,
  type Packet,
  pktLine,
  readLines,
  readPackets,
  readSideBand,
} from './pkt-line.ts'
import { UnsupportedServerError } from './unsupported-server-error.ts'

/** What a fetch leaves out: all blobs, or all trees too, but never what is asked for by its id. */
export type ObjectFilter = 'blob:none' | 'tree:0'

export interface FetchRequest {
  /** Ids of objects of any kind. */
  readonly wants: readonly string[]
  readonly filter: ObjectFilter
  /**
   * How many commits of each history.
   *
   * @default 1
   */
  readonly depth?: number
}

/**
 * Reading by version 2 of Git's protocol (`gitprotocol-v2(5)`), in which an answer neither lists
 * all branches nor asks back: each call is one request, whatever else the repository has.
 */
export class UploadPack {
  readonly location: string
  readonly #http: GitHttp
  #capabilities: Promise<ReadonlyMap<string, string>> | undefined
  /** Filters that the server has said it does not know. */
  readonly #unknownFilters = new Set<ObjectFilter>()

  constructor(http: GitHttp) {
    this.location = http.location
    this.#http = http
  }

  /** Id of the newest commit of a branch; `undefined` if there is no such branch. */
  async tip(branch: string): Promise<string | undefined> {
    const reference = `refs/heads/${branch}`
    const answer = await this.#command('ls-refs', [`ref-prefix ${reference}`])
    return readLines(answer)
      .map((line) => line.split(' '))
      .find(([, name]) => name === reference)?.[0]
  }

  /** A pack with the objects that are asked for, and those below them that the filter lets pass. */
  async fetch(request: FetchRequest): Promise<Uint8Array> {
    const { wants, filter, depth = 1 } = request
    const passed = await this.#passedFilter(filter)
    const answer = await this.#command('fetch', [
      'no-progress',
      'ofs-delta',
      ...wants.map((id) => `want ${id}`),
      `deepen ${depth}`,
      ...(passed === undefined ? [] : [`filter ${passed}`]),
      'done',
    ])
    const packets = this.#read(answer)
    const failure = errorOf(packets[0])
    if (passed !== undefined && failure !== undefined && NO_FILTER.test(failure)) {
      this.#unknownFilters.add(passed)
      return this.fetch(request)
    }
    if (failure !== undefined) throw this.#refusal(failure)
    const start = packets.findIndex((packet) => textOf(packet) === 'packfile')
    const pack = readSideBand(packets.slice(start + 1))
    if (pack.failure !== undefined || start < 0) {
      throw this.#refusal(pack.failure ?? 'an answer without a pack')
    }
    return pack.data
  }

  async #passedFilter(filter: ObjectFilter): Promise<ObjectFilter | undefined> {
    const { fetch = '' } = Object.fromEntries(await this.#discover())
    if (!fetch.split(' ').includes('filter')) return undefined
    return [filter, 'blob:none' as const].find((known) => !this.#unknownFilters.has(known))
  }

  async #command(command: string, args: readonly string[]): Promise<Uint8Array> {
    await this.#discover()
    const head = [`command=${command}\n`, 'object-format=sha1\n'].map(pktLine)
    const lines = args.map((line) => pktLine(`${line}\n`))
    const body = `${head.join('')}${DELIMITER}${lines.join('')}${FLUSH}`
    return this.#http.post('git-upload-pack', concatenate([new TextEncoder().encode(body)]))
  }

  /** Once: what a server can do does not change between two calls. */
  async #discover(): Promise<ReadonlyMap<string, string>> {
    const known = this.#capabilities
    if (known !== undefined) return known
    const capabilities = this.#askCapabilities()
    this.#capabilities = capabilities
    try {
      return await capabilities
    } catch (error) {
      this.#capabilities = undefined
      throw error
    }
  }

  async #askCapabilities(): Promise<ReadonlyMap<string, string>> {
    const { location } = this
    const lines = this.#read(await this.#http.discover('git-upload-pack')).map(textOf)
    const start = lines.indexOf('version 2')
    if (start < 0) throw new UnsupportedServerError(location, "version 2 of Git's protocol")
    const capabilities = new Map(
      lines.slice(start + 1).map((line = '') => {
        const [name = '', value = ''] = line.split(/=(.*)/s)
        return [name, value]
      }),
    )
    if ((capabilities.get('object-format') ?? 'sha1') !== 'sha1') {
      throw new UnsupportedServerError(location, 'objects by SHA-1')
    }
    return capabilities
  }

  #read(bytes: Uint8Array): readonly Packet[] {
    try {
      return [...readPackets(bytes)]
    } catch (error) {
      if (!(error instanceof MalformedPacketError)) throw error
      throw new RemoteUnreachableError(this.location, error.message, { cause: error })
    }
  }

  #refusal(words: string): RemoteRefusedError {
    return new RemoteRefusedError(this.location, 'rejected', words, {
      remedy: 'Run again: what was asked for may have left the branch meanwhile',
    })
  }
}

const NO_FILTER = /filter '.*' not supported/

const textOf = (packet: Packet): string | undefined =>
  'payload' in packet ? lineOf(packet.payload) : undefined

const errorOf = (packet: Packet | undefined): string | undefined =>
  packet && /^ERR (.*)/s.exec(textOf(packet) ?? '')?.[1]
