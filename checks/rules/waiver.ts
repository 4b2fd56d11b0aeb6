import { forEachObject, type Problem } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { waiversOf } from '../waiver.ts'

/** Rules about the waivers themselves, which need to know what can be waived. */
export function waiverRules(knownIds: ReadonlySet<string>): readonly Rule[] {
  return [
    {
      id: 'waiver/unknown-rule',
      severity: 'warning',
      title: 'A waiver is about a rule that exists',
      why: 'It waives nothing. Most often the id is misspelt, and the finding is still there.',
      check: forEachWaiver(({ rule, field }) =>
        knownIds.has(rule)
          ? undefined
          : {
              field,
              message: `There is no rule '${rule}'`,
              remedy: 'Use the id of the finding, or remove the waiver',
            },
      ),
    },
    {
      id: 'waiver/no-reason',
      severity: 'warning',
      title: 'A waiver says why',
      why: 'Nobody can tell later whether it still holds. A waiver without a reason does not count.',
      check: forEachWaiver(({ reason, field }) =>
        reason.trim() === ''
          ? {
              field,
              message: 'The waiver has no reason',
              remedy: 'Write why the rule may be broken here',
            }
          : undefined,
      ),
    },
  ]
}

const forEachWaiver = (
  judge: (waiver: { rule: string; reason: string; field: string }) => Problem | undefined,
): Rule['check'] =>
  forEachObject((object) =>
    waiversOf(object).flatMap(
      ({ rule, reason, annotation }) =>
        judge({ rule, reason, field: `metadata.annotations["${annotation}"]` }) ?? [],
    ),
  )
