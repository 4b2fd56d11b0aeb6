import { describe, expect, it } from 'vitest'
import { allRules, ruleDescriptions } from '../../checks/all-rules.ts'
import { checkObjects } from '../../checks/check-objects.ts'
import { schemaRules } from '../../checks/rules/schema.ts'
import { kubernetesSchemas } from '../../checks/schema/kubernetes-schemas.ts'
import { availabilityFixtures } from './fixtures/availability.ts'
import { manifestFixtures } from './fixtures/manifests.ts'
import { podFixtures } from './fixtures/pods.ts'
import type { RuleFixture } from './fixtures/rule-fixture.ts'
import { safetyFixtures } from './fixtures/safety.ts'
import { serviceTracksFixtures } from './fixtures/service-tracks.ts'
import { type Change, goodApp } from './good-app.ts'

const fixtures = new Map(
  [
    availabilityFixtures,
    manifestFixtures,
    podFixtures,
    safetyFixtures,
    serviceTracksFixtures,
  ].flatMap((group) => Object.entries(group)),
)

const rules = [...allRules, ...schemaRules(kubernetesSchemas)]

/** Ids of the rules that find something, each once. */
function brokenRules(changes: readonly Change[], options: RuleFixture['options'] = {}): string[] {
  const objects = goodApp(...changes).map((object) => ({ object }))
  const findings = checkObjects(objects, { rules, ...options }).filter(
    ({ waived }) => waived === undefined,
  )
  return [...new Set(findings.map(({ rule }) => rule))]
}

describe('the rules', () => {
  it('find nothing in the app that the fixtures are made from', () => {
    expect(brokenRules([])).toEqual([])
  })

  it('have a fixture each, and every fixture has a rule', () => {
    expect([...fixtures.keys()].sort()).toEqual(ruleDescriptions.map(({ id }) => id))
  })

  it.each([...fixtures])('%s alone finds its failing fixture', (id, { fails, options }) => {
    expect(brokenRules(fails, options)).toEqual([id])
  })

  it.each([...fixtures])('%s and all others pass its passing fixture', (_, { passes, options }) => {
    expect(brokenRules(passes, options)).toEqual([])
  })

  it.each(ruleDescriptions.map((rule) => [rule.id, rule] as const))(
    '%s is told in full',
    (id, rule) => {
      expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/)
      expect(rule.title).toMatch(/^[A-Z`'].*[^.]$/)
      expect(rule.why).toMatch(/\.$/)
    },
  )
})
