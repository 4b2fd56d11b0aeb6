import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'

/** More than twice what any sender nests. What is deeper is made to be deep. */
const MOST_NESTING = 64

/** @throws {ProblemError} if these bytes are no JSON, or JSON that nobody would send in earnest */
export function readWebhookJson(body: Uint8Array): unknown {
  const text = decoded(body)
  if (nestingOf(text) > MOST_NESTING) {
    throw invalid(
      `The body is nested more than ${MOST_NESTING} deep. Send what the sender documents`,
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid('The body is no JSON. Let the sender send JSON', error)
  }
}

function decoded(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw invalid('The body is no text in UTF-8. Let the sender send JSON', error)
  }
}

const BRACKETS: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
])

/** How deep brackets are within each other, outside of texts. Counted before anything recurses. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '"') isInText = !isInText
    else if (isInText) index += character === '\\' ? 1 : 0
    else depth += BRACKETS.get(character) ?? 0
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

const invalid = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError({ type: PROBLEMS.invalidRequest, detail, retryable: false, cause })
