import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What somebody asked of an API server, and what came of it. */
export interface AuditedRequest {
  readonly verb: string
  /** `''` for the core. */
  readonly group: string
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  /** HTTP status of the answer. */
  readonly status: number
}

interface AuditEvent {
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code: number }
}

/**
 * All that a user has asked of resources of the API server whose folder that is, of which it was told
 * what came of it. A watch is there twice once it has ended.
 */
export async function auditedRequests(
  folder: string,
  user: string,
): Promise<readonly AuditedRequest[]> {
  const lines = (await readFile(join(folder, 'audit.log'), 'utf8')).split('\n')
  // What is after the last end of a line is being written.
  return lines
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user: { username } }) => username === user)
    .map(({ verb, objectRef, responseStatus }) => ({
      verb,
      group: objectRef?.apiGroup ?? '',
      resource: objectRef?.resource ?? '(none)',
      namespace: objectRef?.namespace,
      name: objectRef?.name,
      status: responseStatus?.code ?? 0,
    }))
}
