import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { runUnderHold } from '../../cli/run-under-hold.ts'
import { stopBounds } from '../../cli/stop-bounds.ts'
import { lockTiming } from '../../leases/lock-timing.ts'
import { Locks } from '../../leases/locks.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'

const locks = new Locks({ store: new MemoryLeaseStore(), holder: 'test' })

async function runWith(terminal: Parameters<typeof runUnderHold>[0]['terminal']) {
  await using hold = await locks.acquire('job')
  return await runUnderHold({
    hold,
    bounds: stopBounds(lockTiming()),
    terminal,
    command: ['sleep', '300'],
    cwd: import.meta.dirname,
    env: { PATH: '/usr/bin:/bin' },
  })
}

it('passes a signal on that came while the command was started', async () => {
  const end = await runWith({
    signal: new AbortController().signal,
    takeSignals(take) {
      take('SIGUSR1')
      return () => {}
    },
  })
  expect(end).toEqual({ exitCode: 128 + constants.signals.SIGUSR1, wasStopped: false })
})

it('starts nothing for somebody who has interrupted it', async () => {
  const interruption = new AbortController()
  interruption.abort(new Error('Interrupted'))
  await expect(runWith({ signal: interruption.signal })).rejects.toThrow('Interrupted')
})
