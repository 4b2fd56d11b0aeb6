import type { Size } from 'cdk8s'
import type { Cpu } from 'cdk8s-plus-27'
import { canonicalQuantity } from '../manifests/quantity.ts'

/** CPU as Kubernetes writes it, or as cdk8s-plus has it. */
export type CpuAmount = Cpu | `${number}m` | `${number}`

/** Bytes as Kubernetes writes them, or as cdk8s has them. */
export type ByteAmount = Size | `${number}${'Ki' | 'Mi' | 'Gi' | 'Ti'}`

export interface CpuPair {
  readonly request: CpuAmount
  readonly limit: CpuAmount | 'none'
}

/** CPU, memory and scratch space of one container. */
export interface Resources {
  /**
   * CPU that the scheduler reserves.
   *
   * Unless given, the limit is four times that and at least one core: generous, since a throttled
   * container fails its probes. `'none'` leaves it out, which some checkers refuse: waive them.
   */
  readonly cpu: CpuAmount | CpuPair

  /**
   * Memory, as request and limit alike: a pod above its request is the first to be killed when the
   * node runs short.
   */
  readonly memory: ByteAmount

  /**
   * Scratch space on the node: container logs, writable layers and emptyDir volumes.
   *
   * @default '256Mi'
   */
  readonly ephemeralStorage?: ByteAmount
}

/** @throws {InvalidQuantityError} */
export function writeResources({ cpu, memory, ephemeralStorage = '256Mi' }: Resources) {
  const request = cpuQuantity(isCpuPair(cpu) ? cpu.request : cpu)
  const bytes = byteQuantity(memory)
  const scratch = byteQuantity(ephemeralStorage)
  return {
    requests: { cpu: request, memory: bytes, 'ephemeral-storage': scratch },
    limits: { ...cpuLimit(cpu, request), memory: bytes, 'ephemeral-storage': scratch },
  }
}

function cpuLimit(cpu: Resources['cpu'], request: string): { readonly cpu?: string } {
  if (isCpuPair(cpu)) return cpu.limit === 'none' ? {} : { cpu: cpuQuantity(cpu.limit) }
  const millis = request.endsWith('m') ? Number(request.slice(0, -1)) : Number(request) * 1000
  return { cpu: canonicalQuantity(`${Math.max(1000, 4 * millis)}m`) }
}

const isCpuPair = (cpu: Resources['cpu']): cpu is CpuPair =>
  typeof cpu === 'object' && 'request' in cpu

/** @throws {InvalidQuantityError} */
export const cpuQuantity = (amount: CpuAmount): string =>
  canonicalQuantity(typeof amount === 'string' ? amount : amount.amount)

/** @throws {InvalidQuantityError} */
export const byteQuantity = (amount: ByteAmount): string =>
  canonicalQuantity(typeof amount === 'string' ? amount : `${amount.toKibibytes()}Ki`)
