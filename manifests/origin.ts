/** Where an object comes from, as far as it is known. */
export interface Origin {
  /** Path of the construct in the tree: `prod/shop/checkout/deployment`. */
  readonly constructPath?: string
  /** Source file of the app definition, or the manifest file that was read. */
  readonly file?: string
  /** Line in `file`, from 1. */
  readonly line?: number
}

/** `apps/shop.ts:12 (prod/shop/checkout)`, with whatever part is known. */
export function describeOrigin({ constructPath, file, line }: Origin): string {
  const place = file === undefined ? undefined : line === undefined ? file : `${file}:${line}`
  if (place === undefined) return constructPath ?? 'unknown origin'
  return constructPath === undefined ? place : `${place} (${constructPath})`
}
