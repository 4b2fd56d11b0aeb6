import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emitYaml } from '../../manifests/emit-yaml.ts'
import { planPath } from '../../manifests/layout.ts'
import { MalformedPlanError } from '../../rollouts/malformed-plan-error.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import { planProblems } from '../../rollouts/plan-problems.ts'
import { readPlan } from '../../rollouts/read-plan.ts'
import { anyPlan } from './any-plan.ts'
import { planWith, ratioSpec, soundPlan } from './plan-fixture.ts'

const PATH = 'prod/rollouts/shop/checkout/plan.yaml'

const pathOf = ({ metadata }: RolloutPlan): string =>
  `prod/${planPath(metadata.namespace, metadata.name)}`

function refusalOf(text: string, path = PATH): MalformedPlanError {
  try {
    readPlan(text, path)
  } catch (error) {
    if (error instanceof MalformedPlanError) return error
    throw error
  }
  throw new Error('It was read')
}

const problemsIn = (text: string): string[] =>
  refusalOf(text).problems.map(({ field, problem }) => `${field} ${problem}`)

it('reads every plan back as it was written', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      expect(readPlan(emitYaml(plan), pathOf(plan))).toEqual(plan)
    }),
  )
  for (const plan of [soundPlan, planWith(ratioSpec)]) {
    expect(readPlan(emitYaml(plan), PATH)).toEqual(plan)
  }
})

it('reads what people write in other ways', () => {
  expect(readPlan(JSON.stringify(soundPlan), PATH)).toEqual(soundPlan)
  expect(readPlan(`# ours\n---\n${emitYaml(soundPlan)}...\n`, PATH)).toEqual(soundPlan)
})

const text = emitYaml(soundPlan)

/** The plan with one line of its file changed. */
function edited(line: RegExp, into: string): string {
  const changed = text.replace(line, into)
  if (changed === text) throw new Error(`No line is like ${line}`)
  return changed
}

describe.each<readonly [what: string, text: string, problem: string]>([
  ['no file', '', '(root) must be one document, and there are 0'],
  ['only a comment', '# gone\n', '(root) must be one document, and there are 0'],
  ['two plans', `${text}---\n${text}`, '(root) must be one document, and there are 2'],
  ['a list', '- 1\n', '(root) must be fields with values'],
  ['a word', 'plan\n', '(root) must be fields with values'],
  ['a tab', 'spec:\n\tsteps: []\n', 'line 2, column 1 cannot be read as YAML: '],
  [
    'a key twice',
    `${text}kind: RolloutPlan\n`,
    `line ${text.split('\n').length}, column 1 cannot be read as YAML: duplicated mapping key`,
  ],
  ['a conflict marker', `<<<<<<< HEAD\n${text}`, 'line 2, column 11 cannot be read as YAML: '],
  [
    'a later version',
    edited(/v1alpha1/, 'v2'),
    'apiVersion is not lockstep.dev/v1alpha1, the only one that this Lockstep knows',
  ],
  ['no version', edited(/apiVersion.*\n/, ''), 'apiVersion must be lockstep.dev/v1alpha1'],
  ['another kind', edited(/RolloutPlan/, 'RolloutRecord'), 'kind must be RolloutPlan'],
  [
    'the app of another folder',
    edited(/name: checkout$/m, 'name: cart'),
    'metadata is of another app than the folder that the file is in',
  ],
  [
    'a field with a slip',
    edited(/deadlineSeconds: 172800/, 'deadlineSecond: 172800'),
    'spec.deadlineSeconds must be given, as a number',
  ],
  [
    'a field too many',
    edited(/deadlineSeconds: 172800/, 'deadlineSeconds: 172800\n  speed: high'),
    'spec.speed is not a field here',
  ],
  [
    'a key of prototypes',
    edited(/deadlineSeconds: 172800/, 'deadlineSeconds: 172800\n  __proto__: {}'),
    'spec.__proto__ is not a field here',
  ],
  [
    'a key of every object',
    edited(/deadlineSeconds: 172800/, 'deadlineSeconds: 172800\n  constructor: {}'),
    'spec.constructor is not a field here',
  ],
  [
    'a number in quotes',
    edited(/weight: 25/, 'weight: "25"'),
    'spec.steps[3].weight must be a number',
  ],
  ['no number', edited(/weight: 25/, 'weight: .nan'), 'spec.steps[3].weight must be a number'],
  ['nothing', edited(/weight: 25/, 'weight:'), 'spec.steps[3].weight must be a number'],
  [
    'a value that YAML takes for true',
    edited(/value: "yes"/, 'value: yes'),
    'spec.steps[0].match.value must be a text',
  ],
  [
    'a step with two changes',
    edited(/weight: 25/, 'weight: 25\n      scale: 30'),
    'spec.steps[3] must have one of weight, match and scale',
  ],
  [
    'a step with none',
    edited(/weight: 25\n/, '\n'),
    'spec.steps[3] must have one of weight, match and scale',
  ],
  [
    'a mark of an unknown kind',
    edited(/header: x-canary/, 'query: x-canary'),
    'spec.steps[0].match must have a value, and one of header and cookie',
  ],
  [
    'an unknown metric',
    edited(/type: latency/, 'type: luck'),
    'spec.analysis[1].type must be one of success-rate, latency, query',
  ],
  [
    'an unknown router',
    edited(/type: route$/m, 'type: magic'),
    'spec.router.type must be one of route, replica-ratio',
  ],
  [
    'an unknown policy',
    edited(/noData: abort/, 'noData: pass'),
    'spec.analysis[2].noData must be one of hold, abort',
  ],
  [
    'a name that no object has',
    edited(/deployment: checkout$/m, 'deployment: Check out'),
    'spec.tracks.stable.deployment must be a name as objects in a cluster have',
  ],
  [
    'a weight that cannot be',
    edited(/weight: 25/, 'weight: 250'),
    'spec.steps[3].weight must be a whole percentage from 1 to 100',
  ],
])('%s', (_, broken, problem) => {
  it('is refused, with where and what', () => {
    expect(problemsIn(broken).map((found) => found.slice(0, problem.length))).toContain(problem)
  })
})

it('says all of it at once, what was found, and what to do', () => {
  const error = refusalOf(
    text
      .replace('weight: 25', 'weight: "25"')
      .replace('noData: abort', 'noData: pass')
      .replace('deadlineSeconds: 172800', 'deadline: 172800'),
  )
  expect(error).toMatchObject({ code: 'MALFORMED_PLAN', path: PATH })
  expect(error.message).toMatchInlineSnapshot(`
    "prod/rollouts/shop/checkout/plan.yaml is not a plan that a rollout can follow:
      - spec.steps[3].weight must be a number, got "25". Write it in digits, without quotes
      - spec.analysis[2].noData must be one of hold, abort, got "pass". Write it as here, letter by letter
      - spec.deadlineSeconds must be given, as a number. Add it
      - spec.deadline is not a field here. Take it out, or look for a slip in its name"
  `)
  expect(error.remedy).toMatchInlineSnapshot(
    `"Publish the app again, which writes the file, or restore it from an earlier commit of the branch (\`git log -- prod/rollouts/shop/checkout/plan.yaml\`)"`,
  )
})

it.each([
  ['pods beyond counting', { replicas: { min: 1, max: 1e15 } }, 'spec.replicas.max'],
  [
    'a surge beyond counting',
    { ...ratioSpec, router: { type: 'replica-ratio', surge: 1e15 } },
    'spec.router.surge',
  ],
  [
    'a percentage beyond counting',
    { ...ratioSpec, router: { type: 'replica-ratio', surge: '99999999999%' } },
    'spec.router.surge',
  ],
] as const)('refuses %s before it computes with them', (_, spec, field) => {
  expect(planProblems(planWith(spec)).map((problem) => problem.field)).toContain(field)
})

/** Every place of a value where something else can stand. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as never)
    : { ...(value as object) }
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

it('whatever stands anywhere, it is read as a sound plan, or refused with sentences', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...places(soundPlan)),
      fc.oneof(
        fc.constantFrom(null, true, -1, 0.5, 1e15, '', 'x', '1e3', [], {}, [{}], { type: 'route' }),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      (path, nonsense) => {
        const broken = JSON.stringify(replaced(soundPlan, path, nonsense))
        try {
          expect(planProblems(readPlan(broken, PATH))).toEqual([])
        } catch (error) {
          if (!(error instanceof MalformedPlanError)) throw error
          expect(error.problems).not.toEqual([])
          for (const { field, problem, remedy } of error.problems) {
            expect(field).toMatch(/./)
            expect(problem).toMatch(/^(must|is|cannot|has|would|changes|uses|does) ?/)
            expect(remedy).toMatch(/^[A-Z]/)
          }
        }
      },
    ),
    { numRuns: 500 },
  )
})
