import type { TransportAnswer } from './transport.ts'

export interface KubernetesAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed if it says that it is JSON, else the text. */
  readonly body: unknown
}

export interface KubernetesObjectAnswer extends KubernetesAnswer {
  readonly body: Readonly<Record<string, unknown>>
}

/** What came cannot be taken for an answer. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError'
  readonly code = 'UNREADABLE_ANSWER'
}

/** @throws {UnreadableAnswerError} if it is longer than that, or JSON that is none */
export async function readAnswer(
  { status, headers, body }: TransportAnswer,
  maxBytes: number,
): Promise<KubernetesAnswer> {
  const text = await readText(body, maxBytes)
  return { status, headers, body: isJson(headers) ? parse(text) : text }
}

/**
 * JSON values, one a line, as they come.
 *
 * @throws {UnreadableAnswerError} if a line is longer than that, or no JSON
 */
export async function* readLines(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield parse(line)
    if (rest.length > maxBytes) throw tooLong(maxBytes)
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLong(maxBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const isJson = (headers: Headers): boolean =>
  headers.get('content-type')?.startsWith('application/json') ?? false

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnreadableAnswerError(`it is no JSON: ${excerpt(text)}`, { cause: error })
  }
}

const tooLong = (maxBytes: number) =>
  new UnreadableAnswerError(`it is longer than ${maxBytes} bytes`)

const EXCERPT_LENGTH = 200

/** The beginning, for an error message. */
export const excerpt = (text: string): string => JSON.stringify(text.slice(0, EXCERPT_LENGTH))

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
