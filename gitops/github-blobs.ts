import { githubFailure } from './github-answers.ts'
import { CONTENTS_REMEDY, type GitHubApi } from './github-api.ts'
import { webBlobId } from './web-blob-id.ts'

/** Blobs in one query: more would take GitHub longer than it lets a query run. */
const BATCH = 100

/** Contents of blobs: many by one query, and each that GraphQL does not tell exactly by REST. */
export async function gitHubBlobs(
  api: GitHubApi,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>()
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH)
    const texts = await queryTexts(api, batch)
    for (const [index, id] of batch.entries()) {
      const text = texts[index] ?? undefined
      // Cut if it is long, nothing if it is binary, and converted if it is in another encoding.
      const isExact = text !== undefined && (await webBlobId(text)) === id
      contents.set(id, isExact ? text : await readBlob(api, id))
    }
  }
  return contents
}

async function queryTexts(
  api: GitHubApi,
  ids: readonly string[],
): Promise<readonly (string | null | undefined)[]> {
  const parameters = ids.map((_, index) => `, $id${index}: GitObjectID!`).join('')
  const fields = ids.map((_, index) => `blob${index}: object(oid: $id${index}) { ...text }`)
  const document = `query Blobs($owner: String!, $name: String!${parameters}) {
    repository(owner: $owner, name: $name) { ${fields.join(' ')} }
  }
  fragment text on Blob { text }`
  const variables = Object.fromEntries(ids.map((id, index) => [`id${index}`, id]))
  const blobs = await api.repository<Record<string, { text?: string | null } | null>>(
    document,
    variables,
  )
  return ids.map((_, index) => blobs[`blob${index}`]?.text)
}

async function readBlob(api: GitHubApi, id: string): Promise<string> {
  const answer = await api.rest('GET', `git/blobs/${id}`)
  if (answer.status !== 200) throw githubFailure(api.location, answer, CONTENTS_REMEDY)
  const { content } = answer.body as { content: string }
  const bytes = Uint8Array.from(atob(content.replaceAll('\n', '')), (c) => c.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}
