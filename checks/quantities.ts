import { InvalidQuantityError, parseQuantity } from '../manifests/quantity.ts'
import { remembered } from './remembered.ts'

/** The value in thousand-millionths of its unit; `undefined` if Kubernetes cannot read it. */
export const nanosOf = (value: unknown): bigint | undefined =>
  typeof value === 'string' || typeof value === 'number' ? parsed(String(value)) : undefined

const parsed = remembered((text): bigint | undefined => {
  try {
    return parseQuantity(text).nanos
  } catch (error) {
    if (error instanceof InvalidQuantityError) return undefined
    throw error
  }
})
