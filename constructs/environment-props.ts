import { ExternalObjects, InvalidExternalError } from '../checks/external.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import {
  type CronFreezeWindow,
  type FreezeWindow,
  freezeWindowProblems,
  type RecurringFreezeWindow,
} from '../rollouts/freeze-window.ts'
import { list, map } from './collection-shapes.ts'
import { IMAGE, missingImage, parseImage } from './image.ts'
import { KUBERNETES_VERSIONS, type KubernetesVersion } from './kubernetes-version.ts'
import { type Options, optional, record, required } from './options.ts'
import { choice, readBy, type Shape, shape } from './shape.ts'
import { anyText, flag, oneOf, text, whole } from './value-shapes.ts'

export interface EnvironmentProps<Image extends string = string, Host extends string = string> {
  /**
   * Who answers for what runs here; becomes the `owner` label of every object.
   */
  readonly owner: string

  /**
   * Images by name, pinned by digest: `registry.example.com/shop/web:1.4@sha256:…`. Keep them in one
   * small committed file, so that a job can move a digest without touching code.
   */
  readonly images: Readonly<Record<Image, string>>

  /**
   * Public host names by name.
   *
   * @default - none
   */
  readonly hosts?: Readonly<Record<Host, string>>

  /**
   * Oldest Kubernetes minor that runs here. Fields that it does not know are not written.
   *
   * @default '1.31'
   */
  readonly targetVersion?: KubernetesVersion

  /**
   * Zones that the nodes are in. What the loss of one leaves, and what a strict spread can deadlock,
   * is computed from it.
   *
   * @default 3
   */
  readonly zones?: number

  /**
   * Whether this is a place to try things: image tags without a digest are allowed.
   *
   * @default false
   */
  readonly development?: boolean

  /**
   * When no release goes on: a cron expression or a recurrence rule (RFC 5545) for its starts and how
   * long it lasts, in an IANA time zone. An abort always goes through.
   *
   * @default - always open
   */
  readonly freezeWindows?: readonly FreezeWindow[]

  /**
   * Lockstep's own image, pinned by digest. `elected` services and locked jobs run it as a sidecar.
   *
   * @default - none; constructs that need it fail
   */
  readonly lockstepImage?: string

  /**
   * Objects that manifests refer to and something else makes, as `ServiceAccount shop/legacy`.
   *
   * @default - none
   */
  readonly external?: readonly string[]
}

const WINDOW = {
  duration: required(anyText('PT12H'), 'PT12H'),
  timeZone: required(anyText('UTC'), 'UTC'),
  reason: required(anyText('why'), 'missing'),
}

const CRON_WINDOW = record<CronFreezeWindow>(
  { schedule: required(anyText('0 18 * * FRI'), '0 18 * * FRI'), ...WINDOW },
  "{ schedule: '0 18 * * FRI', duration: 'PT12H', timeZone: 'UTC', reason: 'why' }",
)

const RECURRING_WINDOW = record<RecurringFreezeWindow>(
  {
    rrule: required(anyText('FREQ=YEARLY'), 'FREQ=YEARLY'),
    dtstart: required(anyText('2026-12-20T18:00'), '2026-12-20T18:00'),
    ...WINDOW,
  },
  CRON_WINDOW.example(undefined),
)

const ANY_WINDOW: Shape<FreezeWindow> = choice<FreezeWindow>({
  expected: CRON_WINDOW.expected,
  example: CRON_WINDOW.example(undefined),
  pick: (value) => (isRecord(value) && 'rrule' in value ? RECURRING_WINDOW : CRON_WINDOW),
})

const FREEZE_WINDOW: Shape<FreezeWindow> = readBy(ANY_WINDOW, (value, option, mistakes) => {
  const window = ANY_WINDOW.read(value, option, mistakes)
  const problems = window === undefined ? [] : freezeWindowProblems(window, option)
  for (const { field, ...mistake } of problems) mistakes.add({ option: field, ...mistake })
  return problems.length === 0 ? window : undefined
})

const PINNED_IMAGE: Shape<string> = shape({
  expected: 'pinned by digest',
  example: IMAGE.example,
  is: (value) => typeof value === 'string' && parseImage(value)?.digest !== undefined,
})

const EXTERNAL: Shape<string> = shape({
  expected: "the name of an object, '<Kind>[.<group>] [<namespace>/]<name>'",
  example: "'Service payments/api'",
  is: isExternal,
})

function isExternal(value: unknown): boolean {
  try {
    return typeof value === 'string' && new ExternalObjects([value]) !== undefined
  } catch (error) {
    if (error instanceof InvalidExternalError) return false
    throw error
  }
}

export const ENVIRONMENT_OPTIONS = {
  owner: required(text('platform-team'), 'missing'),
  images: required(map(IMAGE, 'web'), {}),
  hosts: optional(map(text('shop.example.com'), 'web')),
  targetVersion: optional(oneOf(KUBERNETES_VERSIONS)),
  zones: optional(whole({ least: 1, example: 3 })),
  development: optional(flag),
  freezeWindows: optional(list(FREEZE_WINDOW)),
  lockstepImage: optional(PINNED_IMAGE, missingImage('lockstep')),
  external: optional(list(EXTERNAL)),
} satisfies Options<EnvironmentProps>
