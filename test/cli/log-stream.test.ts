import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { logTo } from '../../cli/log-stream.ts'
import { eventually } from '../control-plane/eventually.ts'

/** A stream whose reader takes nothing until it is told to. */
function unread() {
  const taken: string[] = []
  const waiting: (() => void)[] = []
  let isRead = false
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      const take = () => {
        taken.push(String(chunk))
        done()
      }
      if (isRead) take()
      else waiting.push(take)
    },
  })
  const read = () => {
    isRead = true
    for (const take of waiting.splice(0)) take()
  }
  const stop = () => {
    isRead = false
  }
  return { stream, taken, read, stop }
}

const LINE = `${'x'.repeat(1023)}\n`
/** As many are kept: a quarter of a MiB, and the one that reaches it. */
const KEPT = 256

it('keeps some lines that nobody reads, and says how many it left out once somebody does', async () => {
  const { stream, taken, read, stop } = unread()
  const log = logTo(stream, (lines) => `${lines} lost\n`)
  for (const leftOut of [1000, 7]) {
    stop()
    for (let line = 0; line < KEPT + leftOut; line++) log(LINE)
    expect(stream.writableLength).toBe(KEPT * LINE.length)
    read()
    const last = async () => taken.at(-1)
    await eventually('the rest is counted', last, (text) => text === `${leftOut} lost\n`, 20)
    expect(taken.splice(0)).toHaveLength(KEPT + 1)
  }
  log(LINE)
  expect(taken).toEqual([LINE])
})
