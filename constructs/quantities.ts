import type { Size } from 'cdk8s'
import type { Cpu } from 'cdk8s-plus-27'
import { canonicalQuantity, InvalidQuantityError } from '../manifests/quantity.ts'
import { optional, record, required } from './options.ts'
import { choice, type Shape, shape } from './shape.ts'
import { oneOf } from './value-shapes.ts'

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

export const BYTES: Shape<ByteAmount> = shape({
  expected: 'an amount of bytes, as Kubernetes or a Size of cdk8s has it',
  example: (value) => (typeof value === 'number' ? `'${value}Mi'` : "'256Mi'"),
  is: (value) => (typeof value === 'string' ? isQuantity(value) : hasMethod(value, 'toKibibytes')),
})

const CPU: Shape<CpuAmount> = shape({
  expected: 'an amount of CPU, as Kubernetes or a Cpu of cdk8s-plus has it',
  example: (value) => (typeof value === 'number' ? `'${value}'` : "'250m'"),
  is: (value) =>
    isQuantity(
      typeof value === 'object' && value !== null && 'amount' in value ? value.amount : value,
    ),
})

const CPU_LIMIT: Shape<CpuAmount | 'none'> = choice<CpuAmount | 'none'>({
  expected: "an amount of CPU or 'none'",
  example: "'none'",
  pick: (value) => (value === 'none' ? oneOf(['none']) : CPU),
})

const CPU_PAIR = record<CpuPair>(
  { request: required(CPU, '100m'), limit: required(CPU_LIMIT, 'none') },
  "{ request: '250m', limit: 'none' }",
)

export const RESOURCES = record<Resources>(
  {
    cpu: required(
      choice<Resources['cpu']>({
        ...CPU,
        example: "'250m'",
        pick: (value) =>
          typeof value === 'object' && value !== null && !('amount' in value) ? CPU_PAIR : CPU,
      }),
      '100m',
    ),
    memory: required(BYTES, '128Mi'),
    ephemeralStorage: optional(BYTES),
  },
  "{ cpu: '250m', memory: '256Mi' }",
)

export const STAND_IN_RESOURCES: Resources = { cpu: '100m', memory: '128Mi' }

function isQuantity(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return !canonicalQuantity(value).startsWith('-')
  } catch (error) {
    if (error instanceof InvalidQuantityError) return false
    throw error
  }
}

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)[name] === 'function'

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
