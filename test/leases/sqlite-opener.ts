/*
 * A thread that opens files at the moments when others do, and tells what failed.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteLeaseStore } from '../../leases/sqlite-lease-store.ts'

export interface OpenerData {
  readonly files: readonly string[]
  /** One number: how often any of them was ready for its next file. */
  readonly arrived: SharedArrayBuffer
  readonly openers: number
}

const { files, arrived, openers } = workerData as OpenerData
const arrivals = new Int32Array(arrived)
const problems: string[] = []
for (const [index, file] of files.entries()) {
  Atomics.add(arrivals, 0, 1)
  // Sleeping until then would bring them apart again.
  while (Atomics.load(arrivals, 0) < openers * (index + 1));
  try {
    ;(await SqliteLeaseStore.open({ file })).close()
  } catch (error) {
    problems.push((error as Error).message)
  }
}
parentPort?.postMessage(problems)
