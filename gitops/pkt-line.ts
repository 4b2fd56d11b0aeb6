/**
 * Git's frames: four hexadecimal digits of length, themselves included, then the payload. Lengths
 * below four are marks. See `gitprotocol-common(5)`.
 */
export const FLUSH = '0000'
export const DELIMITER = '0001'

export type Packet = { readonly payload: Uint8Array } | { readonly mark: string }

/** What came is not in Git's frames: a login page, an answer that was cut off. */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError'
  readonly code = 'MALFORMED_PACKET'
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One line as a frame. */
export function pktLine(text: string): string {
  const length = encoder.encode(text).length + FLUSH.length
  return `${length.toString(16).padStart(4, '0')}${text}`
}

/** @throws {MalformedPacketError} */
export function* readPackets(bytes: Uint8Array): Generator<Packet> {
  for (let at = 0; at < bytes.length; ) {
    const digits = decoder.decode(bytes.subarray(at, at + 4))
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN
    if (Number.isNaN(length) || at + length > bytes.length) {
      throw new MalformedPacketError(`no frame of Git begins with ${JSON.stringify(digits)}`)
    }
    if (length < FLUSH.length) yield { mark: digits }
    else yield { payload: bytes.subarray(at + FLUSH.length, at + length) }
    at += Math.max(length, FLUSH.length)
  }
}

/** A payload as a line of text. */
export const lineOf = (payload: Uint8Array): string => decoder.decode(payload).replace(/\n$/, '')

/** Lines of text until the first mark. */
export function readLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = []
  for (const packet of readPackets(bytes)) {
    if ('mark' in packet) break
    lines.push(lineOf(packet.payload))
  }
  return lines
}

export interface SideBand {
  readonly data: Uint8Array
  /** What is for people: `remote: …` in the words of the `git` command. */
  readonly words: string
  /** Why the server gave up, if it did. */
  readonly failure: string | undefined
}

/** Takes the three channels apart that one answer carries: data, progress, failure. */
export function readSideBand(packets: Iterable<Packet>): SideBand {
  const data: Uint8Array[] = []
  let words = ''
  let failure: string | undefined
  for (const packet of packets) {
    if ('mark' in packet) break
    const content = packet.payload.subarray(1)
    if (packet.payload[0] === 1) data.push(content)
    else if (packet.payload[0] === 2) words += decoder.decode(content)
    else failure = `${failure ?? ''}${lineOf(content)}`
  }
  return { data: concatenate(data), words, failure }
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
