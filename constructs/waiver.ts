import { waiverAnnotation } from '../checks/waiver.ts'
import { list } from './collection-shapes.ts'
import { record, required } from './options.ts'
import { text } from './value-shapes.ts'

/** A rule that an app breaks knowingly. Made by `waive`. */
export interface Waiver {
  /** Id of the rule, as findings name it: `image/digest`. */
  readonly rule: string
  /** Why it is right here, for whoever reviews the commit. */
  readonly reason: string
}

/**
 * Accepts that an app breaks a rule, and says why. The waiver is written into the manifests as an
 * annotation and listed by `lockstep check`, so it is seen by whoever reviews the commit.
 *
 * @param rule id of the rule: `image/digest`
 */
export const waive = (rule: string, reason: string): Waiver => ({ rule, reason })

export const WAIVERS = list(
  record<Waiver>(
    { rule: required(text('area/rule'), 'area/rule'), reason: required(text('why'), 'why') },
    "waive('area/rule', 'why')",
  ),
)

export const waiverAnnotations = (waivers: readonly Waiver[]): Readonly<Record<string, string>> =>
  Object.fromEntries(waivers.map(({ rule, reason }) => [waiverAnnotation(rule), reason]))
