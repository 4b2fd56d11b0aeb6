import { RegistryError } from './registry-error.ts'

/**
 * All of an answer's body.
 *
 * @param where who answered, for people
 * @throws {RegistryError} if it is larger than that
 */
export async function boundedBody(
  response: Response,
  maximumBytes: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > maximumBytes) {
      throw new RegistryError('wrong', `${where} answered with more than ${maximumBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
