import { didYouMean } from '../checks/schema/did-you-mean.ts'
import type { Mistakes } from './mistakes.ts'

/** The names of all options of a construct, held to its props by the compiler. */
export type OptionNames<Props> = { readonly [Name in keyof Props]-?: true }

/**
 * Reports options that do not exist. The compiler does so too, but Node runs TypeScript without
 * asking it, and an option that nobody reads is one that silently does nothing.
 */
export function checkOptionNames<Props extends object>(
  props: Props,
  names: OptionNames<Props>,
  mistakes: Mistakes,
): void {
  for (const name of Object.keys(props)) {
    if (Object.hasOwn(names, name)) continue
    const meant = didYouMean(name, Object.keys(names))
    mistakes.add({
      option: name,
      problem: 'is not an option here',
      remedy: meant === undefined ? 'Remove it' : `Write \`${meant}\``,
    })
  }
}
