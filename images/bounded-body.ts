import { RegistryError } from './registry-error.ts'
import { registryUnreachable } from './registry-unreachable.ts'

export interface BodyLimits {
  /** Who answered, for people. */
  readonly where: string
  readonly mostBytes: number
  /** Of whoever waits for it. */
  readonly signal: AbortSignal
}

/**
 * All of an answer's body.
 *
 * @throws {RegistryError} if it is larger than that, or breaks off
 * @throws the reason of `signal`
 */
export async function boundedBody(
  response: Response,
  { where, mostBytes, signal }: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength
      if (length > mostBytes) {
        throw new RegistryError('wrong', `${where} answered with more than ${mostBytes} bytes`)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof RegistryError) throw error
    throw registryUnreachable(`${where} broke off`, error, signal)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
