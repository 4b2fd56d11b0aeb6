import { describe, expect, it } from 'vitest'
import { blobIdsOf } from '../../gitops/blob-ids.ts'
import { blobId, type ObjectFormat } from '../../manifests/blob-id.ts'
import type { RenderedFile } from '../../manifests/rendering.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

/** A repository that names its objects so, and remembers which texts it was asked about. */
class AskedRemote extends MemoryGitRemote {
  readonly asked: string[] = []
  readonly #format: ObjectFormat

  constructor(format: ObjectFormat) {
    super()
    this.#format = format
  }

  override async blobIds(contents: readonly string[]): Promise<readonly string[]> {
    this.asked.push(...contents)
    return contents.map((content) => blobId(content, this.#format))
  }
}

const file = (text: string, isKnown: boolean): RenderedFile => ({
  path: `workloads/shop/${text}.yaml`,
  text,
  app: 'shop/web',
  ...(isKnown && { sha1BlobId: blobId(text, 'sha1') }),
})

const files = [file('a', false), file('b', true), file('c', true), file('d', false)]
const idsOf = (format: ObjectFormat) => files.map(({ text }) => blobId(text, format))

describe('The blob ids of files', () => {
  it('are computed only where nobody knows them, but for a sample', async () => {
    const remote = new AskedRemote('sha1')
    expect(await blobIdsOf(remote, files)).toEqual(idsOf('sha1'))
    expect(remote.asked).toEqual(['b', 'a', 'd'])
  })

  it('are all computed in a repository that names its objects in another way', async () => {
    expect(await blobIdsOf(new AskedRemote('sha256'), files)).toEqual(idsOf('sha256'))
  })

  it('are none of no files', async () => {
    expect(await blobIdsOf(new AskedRemote('sha1'), [])).toEqual([])
  })
})
