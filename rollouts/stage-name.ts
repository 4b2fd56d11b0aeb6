import type { Stage } from './record.ts'

/** A stage in one word. */
export const STAGE_NAMES = [
  'at-rest',
  'scaling',
  'live',
  'promoting',
  'shifting-back',
  'aborting-template',
  'aborting-traffic',
] as const
export type StageName = (typeof STAGE_NAMES)[number]

export function stageName(stage: Stage | undefined): StageName {
  if (stage === undefined) return 'at-rest'
  switch (stage.phase) {
    case 'progressing':
      return stage.part
    case 'aborting':
      return `aborting-${stage.part}`
    default:
      return stage.phase
  }
}
