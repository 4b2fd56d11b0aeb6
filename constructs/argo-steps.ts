import type { RolloutSpec } from '../rollouts/plan.ts'
import { cookiePattern } from '../rollouts/route-share.ts'
import type { RequestMatch, RolloutStep } from '../rollouts/step.ts'
import { allSteps, type StepState, stepStates } from '../rollouts/step-state.ts'
import { CANARY_HASH, entryName } from './argo-gates.ts'

type ArgoStep = Readonly<Record<string, unknown>>

export interface ArgoSteps {
  readonly steps: readonly ArgoStep[]
  /** Names of the routes that they make for marked requests. */
  readonly markRoutes: readonly string[]
  /** Index of the step from which on the canary has requests. */
  readonly measuredFrom: number
}

/** The steps of a plan as Argo Rollouts has them: several for each of ours. */
export function argoSteps(spec: RolloutSpec, app: string, hasGates: boolean): ArgoSteps {
  const planned = allSteps(spec)
  const states = stepStates(spec)
  // Once it was told how many pods the canary has, Argo Rollouts no longer goes by the weight.
  const firstScaled = planned.findIndex((step) => !('weight' in step))
  const steps = planned.flatMap((step, index) => {
    const isScaled = firstScaled >= 0 && index >= firstScaled
    return [
      ...(hasGates ? [gate(entryName(app))] : []),
      ...(isScaled ? capacity(states[index]) : []),
      ...change(step, markRoute(app, index)),
      ...(step.holdSeconds > 0 ? [{ pause: { duration: `${step.holdSeconds}s` } }] : []),
    ]
  })
  const carries = (step: ArgoStep): boolean => 'setWeight' in step || 'setHeaderRoute' in step
  return {
    steps,
    markRoutes: planned.flatMap((step, index) => ('match' in step ? [markRoute(app, index)] : [])),
    measuredFrom: steps.findIndex(carries) + 1,
  }
}

const markRoute = (app: string, index: number): string => `${app}-step-${index + 1}`

const gate = (templateName: string): ArgoStep => ({
  analysis: { templates: [{ templateName }], args: [CANARY_HASH] },
})

const capacity = (state: StepState | undefined): readonly ArgoStep[] =>
  state === undefined ? [] : [{ setCanaryScale: { weight: Math.min(100, state.capacity) } }]

function change(step: RolloutStep, route: string): readonly ArgoStep[] {
  if ('weight' in step) return [{ setWeight: step.weight }]
  if ('scale' in step) return []
  return [{ setHeaderRoute: { name: route, match: [headerMatch(step.match)] } }]
}

/** Cookies are one header, of which a part is to be like this. */
const headerMatch = (match: RequestMatch): ArgoStep =>
  'header' in match
    ? { headerName: match.header, headerValue: { exact: match.value } }
    : { headerName: 'Cookie', headerValue: { regex: cookiePattern(match) } }
