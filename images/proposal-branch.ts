import { entryName, type FollowedImage } from './followed-file.ts'
import type { ImageChange } from './image-change.ts'

/** What all branches of an entry begin with: `lockstep/images/prod/checkout/`. */
export function entryOfBranch(environment: string, { at }: Pick<FollowedImage, 'at'>): string {
  const [first, ...rest] = at
  // Of a file for all environments, the first key is the environment.
  const name = first === environment && rest.length > 0 ? { at: rest } : { at }
  return `lockstep/images/${environment}/${entryName(name)}/`
}

/**
 * `lockstep/images/prod/checkout/3f2a9c0b1d4e`: a branch for each change, so that nothing that we have
 * pushed is ever moved.
 */
export async function proposalBranch(
  environment: string,
  { followed, before, reference }: ImageChange,
): Promise<string> {
  const bytes = new TextEncoder().encode(`${before.reference} ${reference}`)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const digits = [...hash.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, '0'))
  return `${entryOfBranch(environment, followed)}${digits.join('')}`
}
