import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileChange, GitRemote } from '../../gitops/git-remote.ts'
import { BranchMovedError } from '../../gitops/git-remote-errors.ts'

/** A repository somewhere, with a second pair of eyes on it that is not the adapter. */
export interface HostedRepository {
  /** A new client. */
  open(): Promise<GitRemote>
  /** All files of a branch, as Git itself sees them. */
  files(branch: string): Readonly<Record<string, string>>
  /** Commit ids of a branch, newest first. */
  log(branch: string): readonly string[]
  message(commit: string): string
  /** Puts a branch at a commit, or away with it, as somebody else might. */
  move(branch: string, commit: string | undefined): void
  close(): Promise<void>
}

/** What every `GitRemote` must do. An adapter is done when this passes without skips. */
export function describeGitRemote(name: string, host: () => Promise<HostedRepository>): void {
  describe(`${name} as a GitRemote`, () => {
    let repository: HostedRepository
    beforeAll(async () => {
      repository = await host()
    })
    afterAll(() => repository.close())

    const commit = async (
      remote: GitRemote,
      branch: string,
      changes: readonly FileChange[],
      message = 'change\n',
    ): Promise<string> => {
      const parent = await remote.tip(branch)
      return remote.commit({ branch, parent, isNewBranch: parent === undefined, changes, message })
    }

    it('says where it is', async () => {
      expect((await repository.open()).location).not.toBe('')
    })

    it('has no tip for a branch that does not exist', async () => {
      expect(await (await repository.open()).tip('missing')).toBeUndefined()
    })

    it('begins a branch with a history of its own', async () => {
      const remote = await repository.open()
      const id = await commit(remote, 'begin', [{ path: 'README.md', write: 'Hello\n' }])
      expect(await remote.tip('begin')).toBe(id)
      expect(repository.log('begin')).toEqual([id])
      expect(repository.files('begin')).toEqual({ 'README.md': 'Hello\n' })
    })

    it('changes what it is told to and nothing else', async () => {
      const remote = await repository.open()
      const first = await commit(remote, 'change', [
        { path: 'prod/a.yaml', write: 'a: 1\n' },
        { path: 'prod/deep/er/b.yaml', write: 'b: 1\n' },
        { path: 'staging/c.yaml', write: 'no line break at the end' },
      ])
      const second = await commit(
        await repository.open(),
        'change',
        [
          { path: 'prod/a.yaml', write: 'a: 2\n' },
          { path: 'prod/deep/er/b.yaml' },
          { path: 'prod/new.yaml', write: '' },
        ],
        'subject: with ünïcode ✓\n\nBody.\n\nTrailer: yes\n',
      )
      expect(repository.log('change')).toEqual([second, first])
      expect(repository.message(second)).toBe('subject: with ünïcode ✓\n\nBody.\n\nTrailer: yes\n')
      expect(repository.files('change')).toEqual({
        'prod/a.yaml': 'a: 2\n',
        'prod/new.yaml': '',
        'staging/c.yaml': 'no line break at the end',
      })
    })

    it('keeps names and contents exactly, whatever is in them', async () => {
      const changes = [
        { path: 'a b/"quoted" \\ name.yaml', write: 'tab\tand\r\nCRLF\n' },
        { path: '"leading.yaml', write: '\u0000\u0001binary\n' },
        { path: 'ümläut/名前.yaml', write: 'ünïcode: 名前 🎉\n' },
        { path: 'new\nline.yaml', write: 'D path\nM 100644 inline x\ndata 3\n' },
      ]
      const remote = await repository.open()
      const id = await commit(remote, 'names', changes)
      expect(repository.files('names')).toEqual(
        Object.fromEntries(changes.map(({ path, write }) => [path, write])),
      )
      const files = await remote.files(id, 'ümläut')
      expect([...files.keys()]).toEqual(['名前.yaml'])
    })

    it('lists the files below one folder, with the ids that it gives to contents', async () => {
      const remote = await repository.open()
      const id = await commit(remote, 'list', [
        { path: 'prod/a.yaml', write: 'a\n' },
        { path: 'prod/workloads/b.yaml', write: 'b\n' },
        { path: 'production/c.yaml', write: 'c\n' },
      ])
      const other = await repository.open()
      const files = await other.files(await ensure(other.tip('list')), 'prod')
      const [a, b] = await remote.blobIds(['a\n', 'b\n'])
      expect(Object.fromEntries(files)).toEqual({
        'a.yaml': { id: a, mode: '100644' },
        'workloads/b.yaml': { id: b, mode: '100644' },
      })
      expect(await remote.files(id, 'missing')).toEqual(new Map())
      expect([...(await remote.files(id, '')).keys()].sort()).toEqual([
        'prod/a.yaml',
        'prod/workloads/b.yaml',
        'production/c.yaml',
      ])
    })

    it('reads many contents by id, those of a client that has never seen them too', async () => {
      const texts = Array.from({ length: 50 }, (_, index) => `content ${index} ✓\n`)
      await commit(
        await repository.open(),
        'read',
        texts.map((write, index) => ({ path: `prod/${index}.yaml`, write })),
      )
      const other = await repository.open()
      const files = await other.files(await ensure(other.tip('read')), 'prod')
      const ids = [...files.values()].map(({ id }) => id)
      const contents = await other.contents([...ids, ...ids.slice(0, 3)])
      expect([...contents.values()].sort()).toEqual([...texts].sort())
      expect(await other.contents([])).toEqual(new Map())
    })

    it('reads by its id what a file was before it was changed', async () => {
      for (const write of ['before\n', 'after\n']) {
        await commit(await repository.open(), 'past', [{ path: 'prod/a.yaml', write }])
      }
      const other = await repository.open()
      await other.files(await ensure(other.tip('past')), 'prod')
      const [id = ''] = await other.blobIds(['before\n'])
      expect(await other.contents([id])).toEqual(new Map([[id, 'before\n']]))
    })

    it('lets exactly one of many writers at the same tip win, and nothing of it is lost', async () => {
      const clients = await Promise.all(Array.from({ length: 6 }, () => repository.open()))
      await commit(await repository.open(), 'race', [{ path: 'start', write: 'start' }])
      const tips = await Promise.all(clients.map((client) => client.tip('race')))
      expect(new Set(tips).size).toBe(1)
      const results = await Promise.allSettled(
        clients.map((client, index) =>
          client.commit({
            branch: 'race',
            parent: tips[0],
            isNewBranch: false,
            changes: [{ path: `writer-${index}`, write: String(index) }],
            message: `writer ${index}\n`,
          }),
        ),
      )
      const winners = results.filter(({ status }) => status === 'fulfilled')
      expect(winners).toHaveLength(1)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(BranchMovedError)
      }
      expect(repository.log('race')).toHaveLength(2)
    })

    it('lets exactly one of many writers create a branch', async () => {
      const clients = await Promise.all(Array.from({ length: 4 }, () => repository.open()))
      await Promise.all(clients.map((client) => client.tip('creation')))
      const results = await Promise.allSettled(
        clients.map((client, index) =>
          client.commit({
            branch: 'creation',
            parent: undefined,
            isNewBranch: true,
            changes: [{ path: `writer-${index}`, write: String(index) }],
            message: `writer ${index}\n`,
          }),
        ),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(repository.log('creation')).toHaveLength(1)
    })

    it('refuses a stale parent, however the branch went on', async () => {
      const remote = await repository.open()
      const stale = await commit(remote, 'stale', [{ path: 'a', write: '1' }])
      const theirs = await commit(await repository.open(), 'stale', [{ path: 'b', write: '2' }])
      const request = {
        branch: 'stale',
        parent: stale,
        isNewBranch: false,
        changes: [{ path: 'a', write: '3' }],
        message: 'late\n',
      }
      await expect(remote.commit(request)).rejects.toThrow(BranchMovedError)
      expect(repository.log('stale')).toEqual([theirs, stale])
      // The loser reads again and wins.
      expect(await remote.tip('stale')).toBe(theirs)
      await remote.commit({ ...request, parent: theirs })
      expect(repository.files('stale')).toEqual({ a: '3', b: '2' })
    })

    it('does not bring back a branch that somebody has deleted', async () => {
      const remote = await repository.open()
      const parent = await commit(remote, 'deleted', [{ path: 'a', write: '1' }])
      repository.move('deleted', undefined)
      const changes = [{ path: 'a', write: '2' }]
      const request = { branch: 'deleted', parent, isNewBranch: false, changes, message: 'm\n' }
      await expect(remote.commit(request)).rejects.toThrow(BranchMovedError)
      expect(await remote.tip('deleted')).toBeUndefined()
    })

    it('does not take the branch of somebody else for a new one, even if it lies on the way', async () => {
      const remote = await repository.open()
      const first = await commit(remote, 'way', [{ path: 'a', write: '1' }])
      const parent = await commit(remote, 'way', [{ path: 'a', write: '2' }])
      repository.move('taken', first)
      const changes = [{ path: 'a', write: '3' }]
      const request = { branch: 'taken', parent, isNewBranch: true, changes, message: 'm\n' }
      await expect(remote.commit(request)).rejects.toThrow(BranchMovedError)
      expect(repository.log('taken')).toEqual([first])
    })

    it('starts a new branch from the tip of another one', async () => {
      const remote = await repository.open()
      const base = await commit(remote, 'base', [{ path: 'a', write: '1' }])
      const request = {
        branch: 'review/one',
        parent: base,
        isNewBranch: true,
        changes: [{ path: 'b', write: '2' }],
        message: 'for review\n',
      }
      const id = await remote.commit(request)
      expect(repository.log('review/one')).toEqual([id, base])
      expect(repository.log('base')).toEqual([base])
      const again = remote.commit({ ...request, message: 'for review, again\n' })
      await expect(again).rejects.toThrow(BranchMovedError)
      expect(repository.log('review/one')).toEqual([id, base])
    })

    it('tells which commits have changed a path, newest first, to whoever asks', async () => {
      const remote = await repository.open()
      const first = await commit(remote, 'told', [{ path: 'prod/a/b.yaml', write: '1' }], 'one\n')
      await commit(remote, 'told', [{ path: 'prod/a/bb.yaml', write: '1' }], 'another file\n')
      const message = 'two: ünïcode ✓\n\nBody.\n\nLockstep-App: shop/web\n'
      const second = await commit(remote, 'told', [{ path: 'prod/a/b.yaml', write: '2' }], message)
      const third = await commit(remote, 'told', [{ path: 'prod/a/b.yaml' }], 'three\n')
      const tip = await commit(remote, 'told', [{ path: 'prod/c.yaml', write: '' }], 'elsewhere\n')
      const other = await repository.open()
      await other.tip('told')
      const told = await other.log({ commit: tip, path: 'prod/a/b.yaml', limit: 10 })
      expect(told.map(({ id }) => id)).toEqual([third, second, first])
      expect(told.map(({ parents }) => parents.length)).toEqual([1, 1, 0])
      expect(told[0]?.parents).toEqual([second])
      expect(told.map((one) => one.message)).toEqual(['three', message.trimEnd(), 'one'])
      for (const { author, committedAtMs } of told) {
        expect(author.name).not.toBe('')
        expect(author.email).toContain('@')
        expect(committedAtMs).toBeGreaterThan(Date.UTC(2020))
      }
      const limited = await other.log({ commit: tip, path: 'prod/a/b.yaml', limit: 2 })
      expect(limited).toEqual(told.slice(0, 2))
      const earlier = await other.log({ commit: second, path: 'prod/a/b.yaml', limit: 1 })
      expect(earlier).toEqual(told.slice(1, 2))
      const folder = await other.log({ commit: tip, path: 'prod/a', limit: 10 })
      expect(folder).toHaveLength(4)
      const sinceMs = Date.UTC(2100)
      expect(await other.log({ commit: tip, path: 'prod/a', limit: 10, sinceMs })).toEqual([])
      expect(await other.log({ commit: tip, path: 'prod/missing', limit: 10 })).toEqual([])
    })

    it('lists what there was in a commit that the history tells', async () => {
      const writer = await repository.open()
      await commit(writer, 'then', [{ path: 'prod/a/b.yaml', write: '1' }], 'one\n')
      await commit(writer, 'then', [{ path: 'prod/a/b.yaml', write: '2' }], 'two\n')
      await commit(writer, 'then', [{ path: 'prod/a/b.yaml' }], 'three\n')
      const remote = await repository.open()
      const tip = (await remote.tip('then')) ?? ''
      const told = await remote.log({ commit: tip, path: 'prod/a/b.yaml', limit: 10 })
      const texts: (string | undefined)[] = []
      for (const { id } of told) {
        const file = (await remote.files(id, 'prod/a')).get('b.yaml')
        texts.push(file && (await remote.contents([file.id])).get(file.id))
      }
      expect(texts).toEqual([undefined, '2', '1'])
    })

    it('goes on from its own commit without reading again', async () => {
      const remote = await repository.open()
      let parent = await commit(remote, 'chain', [{ path: '0', write: '0' }])
      for (const path of ['1', '2', '3']) {
        parent = await remote.commit({
          branch: 'chain',
          parent,
          isNewBranch: false,
          changes: [{ path, write: path }],
          message: `${path}\n`,
        })
      }
      expect(Object.keys(repository.files('chain'))).toEqual(['0', '1', '2', '3'])
      expect(await remote.tip('chain')).toBe(parent)
    })
  })
}

async function ensure<T>(value: Promise<T | undefined>): Promise<T> {
  const result = await value
  if (result === undefined) throw new Error('expected a value')
  return result
}
