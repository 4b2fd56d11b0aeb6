import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runUnderHold } from '../../cli/run-under-hold.ts'
import { stopBounds } from '../../cli/stop-bounds.ts'
import { lockTiming } from '../../leases/lock-timing.ts'
import { Locks } from '../../leases/locks.ts'
import { MemoryLeaseStore } from '../../leases/memory-lease-store.ts'
import { eventually } from '../control-plane/eventually.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const store = new MemoryLeaseStore()
const locks = new Locks({ store, holder: 'test' })
const RUN = {
  bounds: stopBounds(lockTiming()),
  cwd: import.meta.dirname,
  env: () => ({ PATH: '/usr/bin:/bin' }),
}

async function runWith(terminal: Parameters<typeof runUnderHold>[0]['terminal']) {
  await using hold = await locks.acquire('job')
  return await runUnderHold({ ...RUN, hold, terminal, command: ['sleep', '300'] })
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

it('starts nothing under a hold that is over', async () => {
  const hold = await locks.acquire('job', { renewEveryMs: 10 })
  store.delete(hold.lease)
  await eventually(
    'it is lost',
    async () => hold.signal.aborted,
    (isLost) => isLost,
    20,
  )
  const command = ['touch', join(temporaryFolder(), 'started')]
  const run = runUnderHold({
    ...RUN,
    hold,
    command,
    terminal: { signal: new AbortController().signal },
  })
  await expect(run).rejects.toMatchObject({ code: 'HOLD_LOST' })
  expect(existsSync(command[1]!)).toBe(false)
})
