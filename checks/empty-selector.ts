import { fields } from '../manifests/fields.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'

/** Whether a `LabelSelector` asks for nothing, and so selects every pod of its namespace. */
export const isEmptySelector = (selector: unknown): boolean =>
  isRecord(selector) &&
  Object.values(selector).every((part) =>
    Array.isArray(part) ? part.length === 0 : Object.keys(fields(part)).length === 0,
  )
