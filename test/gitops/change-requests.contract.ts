import { describe, expect, it } from 'vitest'
import type { ChangeRequests } from '../../gitops/change-requests.ts'

/** A repository of a host, with a branch `main` and a branch `change` on top of it. */
export interface HostedRequests {
  readonly requests: ChangeRequests
  /** As nobody that the host knows. */
  readonly asNobody: ChangeRequests
  /** Of a branch `change` that is in another repository. */
  addOfFork(): void
  /** Merges the newest, as people do. */
  merge(): void
  /** Closes the newest, as people do. */
  close(): void
  /** Of the newest, as people see it. */
  title(): string | undefined
  /** Breaks the connection at the next request, and from then on. */
  cut(): void
  /** Has the next answers be that there were too many requests. */
  throttle(): void
}

const CHANGE = { branch: 'change', target: 'main', title: 'image prod: web', text: 'Sets `web`' }

/** What requests to merge must do on every host. */
export function describeChangeRequests(name: string, host: () => Promise<HostedRequests>): void {
  describe(`${name} as ChangeRequests`, () => {
    it('has none of a branch before they are asked for', async () => {
      const { requests } = await host()
      expect(await requests.ofBranch('change')).toEqual([])
      expect(await requests.waitingFor('main')).toEqual([])
    })

    it('opens one, and finds it again by its branch and by where it leads', async () => {
      const { requests } = await host()
      const opened = await requests.open(CHANGE)
      expect(opened).toMatchObject({ branch: 'change', state: 'open', number: 1 })
      expect(opened.url).toMatch(/^https:/)
      expect(await requests.ofBranch('change')).toEqual([opened])
      expect(await requests.waitingFor('main')).toEqual([opened])
      expect(await requests.ofBranch('other')).toEqual([])
      expect(await requests.waitingFor('other')).toEqual([])
    })

    it('gives the one that there is to whoever comes second', async () => {
      const { requests } = await host()
      const first = await requests.open(CHANGE)
      expect(await requests.open(CHANGE)).toEqual(first)
      expect(await requests.ofBranch('change')).toHaveLength(1)
    })

    it('closes one that another takes the place of, and tells that from what people have closed', async () => {
      const { requests, close, title } = await host()
      await requests.supersede(await requests.open(CHANGE))
      expect(await requests.ofBranch('change')).toMatchObject([{ state: 'superseded' }])
      expect(await requests.waitingFor('main')).toEqual([])
      expect(title()).toBe('superseded: image prod: web')
      await requests.open(CHANGE)
      close()
      const states = (await requests.ofBranch('change')).map(({ state }) => state)
      expect(states.toSorted()).toEqual(['closed', 'superseded'])
    })

    it('closes one whose title is as long as a title may be', async () => {
      const { requests, title } = await host()
      await requests.supersede(await requests.open({ ...CHANGE, title: 'x'.repeat(255) }))
      expect(title()).toMatch(/^superseded: x{200,}$/)
      expect(title()).toHaveLength(255)
    })

    it('opens one anew of a branch whose last one was superseded', async () => {
      const { requests } = await host()
      await requests.supersede(await requests.open(CHANGE))
      const again = await requests.open(CHANGE)
      expect(again).toMatchObject({ state: 'open', number: 2 })
      expect(await requests.waitingFor('main')).toEqual([again])
    })

    it('tells what was merged from what was closed', async () => {
      const { requests, merge } = await host()
      await requests.open(CHANGE)
      merge()
      expect(await requests.ofBranch('change')).toMatchObject([{ state: 'merged' }])
    })

    it('takes none of a fork for one of its own', async () => {
      const { requests, addOfFork } = await host()
      addOfFork()
      expect(await requests.ofBranch('change')).toEqual([])
      expect(await requests.waitingFor('main')).toEqual([])
      expect(await requests.open(CHANGE)).toMatchObject({ state: 'open' })
    })

    it('refuses what cannot be merged, in words of the host', async () => {
      const { requests } = await host()
      await expect(requests.open({ ...CHANGE, branch: 'missing' })).rejects.toMatchObject({
        code: 'REMOTE_REFUSED',
        reason: 'rejected',
      })
    })

    it('refuses nobody, and says what the key needs', async () => {
      const { asNobody } = await host()
      await expect(asNobody.open(CHANGE)).rejects.toMatchObject({
        code: 'REMOTE_REFUSED',
        reason: 'authentication',
        remedy: expect.stringContaining('Give the token'),
      })
    })

    it('says that the host asks to be left alone, or cannot be reached', async () => {
      const throttled = await host()
      throttled.throttle()
      await expect(throttled.requests.open(CHANGE)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: 7_000,
      })
      const cut = await host()
      cut.cut()
      await expect(cut.requests.ofBranch('change')).rejects.toMatchObject({
        code: 'REMOTE_UNREACHABLE',
      })
    })
  })
}
