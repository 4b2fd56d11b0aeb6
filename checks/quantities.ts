import { InvalidQuantityError, parseQuantity } from '../manifests/quantity.ts'

/** The value in thousand-millionths of its unit; `undefined` if Kubernetes cannot read it. */
export function nanosOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  try {
    return parseQuantity(String(value)).nanos
  } catch (error) {
    if (error instanceof InvalidQuantityError) return undefined
    throw error
  }
}
