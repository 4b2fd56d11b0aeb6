import type { z } from '@hono/zod-openapi'
import type { BrokenApp } from '../../reconciler/read-apps.ts'
import type { RolloutState } from '../../reconciler/rollout-states.ts'
import { weightOf } from '../../reconciler/step-name.ts'
import { approvalOf } from '../../rollouts/approvals.ts'
import type { RolloutPlan } from '../../rollouts/plan.ts'
import type { ForwardStage, Rollout } from '../../rollouts/record.ts'
import { allSteps } from '../../rollouts/step-state.ts'
import type {
  brokenSchema,
  inFlightSchema,
  listedSchema,
  rolloutSchema,
  rolloutsSchema,
} from './rollout-answer-schema.ts'

/** A rollout as requests are answered, and as commands show it. */
export type RolloutAnswer = z.infer<typeof rolloutSchema>
export type InFlightAnswer = z.infer<typeof inFlightSchema>
export type ListedAnswer = z.infer<typeof listedSchema>
export type BrokenAnswer = z.infer<typeof brokenSchema>
/** All of an environment. */
export type RolloutsAnswer = z.infer<typeof rolloutsSchema>

export const rolloutAnswer = (
  environment: string,
  { app, record, plan, stable, tampered }: Omit<RolloutState, 'closed'>,
): RolloutAnswer => {
  const { rollout, queued, heldBack, former, unsettled } = record.spec
  return {
    environment,
    ...appNameOf(app),
    stable,
    ...(rollout !== undefined && { rollout: inFlightAnswer(plan, rollout) }),
    ...(queued !== undefined && { queued: { ...queued } }),
    heldBack: heldBack.map((held) => ({ ...held })),
    former: [...former],
    ...(unsettled !== undefined && {
      unsettled: { ...unsettled, syncs: [...unsettled.syncs] },
    }),
    ...(tampered !== undefined && { tampered }),
  }
}

export const listedAnswer = (environment: string, state: RolloutState): ListedAnswer => ({
  ...rolloutAnswer(environment, state),
  ...(state.closed !== undefined && { closed: state.closed }),
})

export const brokenAnswer = ({ app, problem }: BrokenApp): BrokenAnswer => ({
  ...appNameOf(app),
  problem,
})

/** `<namespace>/<app>` in its parts. */
export function appNameOf(app: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = app.split('/')
  return { namespace, name }
}

function inFlightAnswer(plan: RolloutPlan, rollout: Rollout): InFlightAnswer {
  const { commits: _, changed: __, isRollback = false, stage, awaiting, ...rest } = rollout
  return {
    ...rest,
    isRollback,
    stage:
      stage.phase === 'aborting' ? { ...stage, from: forwardAnswer(stage.from) } : { ...stage },
    steps: allSteps(plan.spec).length,
    weight: weightOf(plan, rollout),
    approvals: [...rollout.approvals],
    ...(awaiting !== undefined && { awaiting: { ...awaiting, ...approvalOf(plan, awaiting) } }),
  }
}

const forwardAnswer = (stage: ForwardStage) => ({ ...stage })
