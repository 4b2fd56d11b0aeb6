import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLineOf } from './command-line.ts'
import { keepLogs, newRunFolder, sweepAbandonedRuns } from './run-folder.ts'

/** A process that was told the folder, as the programs of a control plane are. */
async function startIn(folder: string, name: string): Promise<number> {
  writeFileSync(join(folder, `${name}.log`), '')
  const child = spawn('tail', ['-f', join(folder, `${name}.log`)], { stdio: 'ignore' })
  await once(child, 'spawn')
  writeFileSync(join(folder, `${name}.pid`), String(child.pid))
  return child.pid as number
}

async function endedProcess(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid as number
}

describe('Sweeping abandoned runs', () => {
  it('ends the programs of a run whose owner is gone, and removes its folder', async () => {
    const folder = await newRunFolder()
    const pid = await startIn(folder, 'etcd')
    writeFileSync(join(folder, 'owner'), String(await endedProcess()))

    expect(await sweepAbandonedRuns()).toContain(pid)
    expect(existsSync(folder)).toBe(false)
    await expect.poll(() => commandLineOf(pid)).toBeUndefined()
  })

  it('leaves a process alone that has got the id of a program since', async () => {
    const folder = await newRunFolder()
    writeFileSync(join(folder, 'etcd.pid'), String(process.pid))
    writeFileSync(join(folder, 'owner'), String(await endedProcess()))

    expect(await sweepAbandonedRuns()).not.toContain(process.pid)
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves runs alone whose owner lives', async () => {
    const folder = await newRunFolder()
    await sweepAbandonedRuns()
    expect(existsSync(folder)).toBe(true)
    writeFileSync(join(folder, 'owner'), String(await endedProcess()))
    await sweepAbandonedRuns()
  })

  it('goes on when another run takes its folder away at the same moment', async () => {
    const link = join(tmpdir(), `lockstep-run-gone-${process.pid}`)
    symlinkSync('/nowhere', link)
    try {
      await expect(sweepAbandonedRuns()).resolves.toBeDefined()
    } finally {
      rmSync(link)
    }
  })

  it('leaves logs alone that were kept, for a day', async () => {
    const folder = await newRunFolder()
    await keepLogs(folder)
    await sweepAbandonedRuns()
    expect(existsSync(folder)).toBe(true)

    utimesSync(folder, new Date('2026-01-31'), new Date('2026-01-31'))
    await sweepAbandonedRuns()
    expect(existsSync(folder)).toBe(false)
  })
})
