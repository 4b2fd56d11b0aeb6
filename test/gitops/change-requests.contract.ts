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

    it('closes one', async () => {
      const { requests } = await host()
      await requests.close(await requests.open(CHANGE))
      expect(await requests.ofBranch('change')).toMatchObject([{ state: 'closed' }])
      expect(await requests.waitingFor('main')).toEqual([])
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
