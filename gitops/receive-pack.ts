import { judgePush, wordsForPeople } from './git-answers.ts'
import type { GitHttp } from './git-http.ts'
import {
  BranchMovedError,
  RemoteRefusedError,
  RemoteUnreachableError,
} from './git-remote-errors.ts'
import {
  concatenate,
  FLUSH,
  lineOf,
  MalformedPacketError,
  pktLine,
  readLines,
  readPackets,
  readSideBand,
} from './pkt-line.ts'

export interface PackPush {
  readonly branch: string
  readonly commit: string
  /** Commit that the branch must be at; `undefined` if it must not exist. */
  readonly expected: string | undefined
  /** All objects that the server may lack. */
  readonly pack: Uint8Array
  /** Where the branch is, asked when words do not settle what became of the push. */
  readonly whereIs: () => Promise<string | undefined>
}

const NOTHING = '0'.repeat(40)
const CAPABILITIES = ['report-status', 'side-band-64k', 'agent=lockstep']

/** Writing by Git's protocol (`gitprotocol-pack(5)`). */
export class ReceivePack {
  readonly #http: GitHttp
  #isKnown = false

  constructor(http: GitHttp) {
    this.#http = http
  }

  /**
   * The compare-and-swap: the line that asks for the update names the commit that the branch must be
   * at, and the server refuses it under its own lock if the branch is anywhere else.
   *
   * @throws {BranchMovedError}
   * @throws {RateLimitedError}
   * @throws {RemoteRefusedError}
   * @throws {RemoteUnreachableError}
   */
  async push(push: PackPush): Promise<void> {
    await this.#discover()
    const { branch, commit, expected = NOTHING } = push
    const update = `${expected} ${commit} refs/heads/${branch}\0${CAPABILITIES.join(' ')}`
    const head = new TextEncoder().encode(`${pktLine(update)}${FLUSH}`)
    try {
      const answer = await this.#http.post('git-receive-pack', concatenate([head, push.pack]))
      const words = rejectionOf(answer)
      if (words !== undefined) await this.#settle(push, words)
    } catch (error) {
      const isMalformed = error instanceof MalformedPacketError
      if (!isMalformed && !(error instanceof RemoteUnreachableError)) throw error
      await this.#settleNoAnswer(push, isMalformed ? error.message : error.words, error)
    }
  }

  /** The protocol wants it before the first push; what it tells is not needed for the second. */
  async #discover(): Promise<void> {
    if (this.#isKnown) return
    await this.#http.discover('git-receive-pack')
    this.#isKnown = true
  }

  async #settle(push: PackPush, words: string): Promise<void> {
    const { branch, commit, expected, whereIs } = push
    const verdict = judgePush(words)
    const cause = new Error(words)
    if (verdict === 'lost-race') throw new BranchMovedError(branch, expected, { cause })
    if (verdict === undefined || verdict === 'rejected') {
      // A server may know a fourth way to say that somebody else was faster. The branch settles it.
      const actual = await whereIs()
      if (actual === commit) return
      if (actual !== expected) throw new BranchMovedError(branch, expected, { cause })
    }
    const reason = verdict === 'checked-out' ? verdict : 'rejected'
    throw new RemoteRefusedError(this.#http.location, reason, wordsForPeople(words), { cause })
  }

  /** The server may have said yes before the answer got lost. */
  async #settleNoAnswer(
    { commit, whereIs }: PackPush,
    words: string,
    cause: unknown,
  ): Promise<void> {
    const actual = await whereIs().catch(() => undefined)
    if (actual === commit) return
    throw new RemoteUnreachableError(this.#http.location, words, { cause, outcome: 'unknown' })
  }
}

/**
 * The words of a server that has said no, in those of the `git` command; `undefined` if all is well.
 *
 * @throws {MalformedPacketError} if the answer does not tell
 */
function rejectionOf(answer: Uint8Array): string | undefined {
  const packets = [...readPackets(answer)]
  const { data, words, failure } = readSideBand(packets)
  const report = readLines(data)
  const isUnpacked = report.some((line) => line === 'unpack ok')
  const [, reason] = report.map((line) => /^ng \S+ (.*)/s.exec(line)).find(Boolean) ?? []
  if (isUnpacked && reason === undefined && failure === undefined) return undefined
  const first = packets[0]
  const said = [
    words,
    failure,
    reason && `! [remote rejected] (${reason})`,
    ...report.filter((line) => line.startsWith('unpack ') && line !== 'unpack ok'),
    // A server that gives up at once does so outside of any channel.
    first && 'payload' in first && /^ERR /.test(lineOf(first.payload)) && lineOf(first.payload),
  ].filter(Boolean)
  if (said.length === 0) throw new MalformedPacketError('an answer without a report')
  return said.join('\n')
}
