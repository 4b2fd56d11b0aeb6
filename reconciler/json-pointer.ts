import { isRecord } from '../manifests/kubernetes-object.ts'

/** What a pointer (RFC 6901, as `/data/0/errors`) points at; `undefined` if there is nothing. */
export function pointedAt(document: unknown, pointer: string): unknown {
  if (pointer === '') return document
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(child, document)
}

function child(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
