import { isRecord } from '../manifests/kubernetes-object.ts'
import { ELECTED_OPTIONS, type ElectedProps } from './elected-props.ts'
import { type Options, optional, record, required } from './options.ts'
import { choice, type Shape } from './shape.ts'
import { oneOf, text } from './value-shapes.ts'
import { VOLUME_CLAIMS, type VolumeClaims } from './volume-claim.ts'

/**
 * Which failure a singleton may have, since every way to run one has one. Made by `atMostOne`,
 * `usuallyOne` or `elected`.
 */
export type Guarantee = AtMostOne | UsuallyOne | Elected

export interface AtMostOne extends AtMostOneProps {
  readonly kind: 'at-most-one'
}

export interface UsuallyOne extends UsuallyOneProps {
  readonly kind: 'usually-one'
}

export type Elected = ElectedProps & { readonly kind: 'elected' }

export interface AtMostOneProps {
  /**
   * Storage that outlives the pod, by name of the claim.
   *
   * @default - none
   */
  readonly volumes?: VolumeClaims

  /**
   * Name of the headless Service that gives the pod its host name, `<app>-0.<this>`. It can never
   * be changed, so a StatefulSet that is adopted keeps the one that it has.
   *
   * @default - the app's name with `-headless`
   */
  readonly serviceName?: string
}

export interface UsuallyOneProps {
  /**
   * Storage that outlives the pod, by name of the claim. With it a replacement waits until the old
   * pod is known to be gone, so a node that dies then needs a person here too.
   *
   * @default - none
   */
  readonly volumes?: VolumeClaims
}

/**
 * Never two pods of that name in the API: what must not run twice, and may be down instead.
 *
 * Built from a StatefulSet of one pod. A pod that is deleted, drained or replaced by a new revision
 * is gone before the next is made. The price is availability: when a node dies or is cut off,
 * nothing can tell whether its pod still runs, so none is made elsewhere until the node is back or
 * a person says that it is off, by the taint `node.kubernetes.io/out-of-service`.
 *
 * What it cannot promise: a pod that is deleted by force (`--force --grace-period=0`), or whose
 * Node object is deleted, is forgotten by the API while its processes may live on. Who writes to
 * something that must never be written to twice needs fencing in addition.
 */
export const atMostOne = (props: AtMostOneProps = {}): AtMostOne => ({
  ...props,
  kind: 'at-most-one',
})

/**
 * One pod that restarts by itself, and for a moment two.
 *
 * Built from a Deployment of one pod that ends the old pod before it makes the new one. That holds
 * for new revisions only: a pod that is deleted, evicted or on a node that is cut off is replaced
 * while the old one may still run, after about six minutes in the case of a node.
 */
export const usuallyOne = (props: UsuallyOneProps = {}): UsuallyOne => ({
  ...props,
  kind: 'usually-one',
})

/**
 * Several pods of which one leads, with fail-over within the duration of the lease.
 *
 * Built from a Deployment, a Lease and an elector. What is exclusive is for you to say, by `work`:
 * there is no default, since each excludes something else.
 *
 * A lease alone excludes nothing: a leader that is paused for longer than the lease goes on where
 * it stopped, and finds out later. What must not be written by two takes the fencing token, and
 * refuses one that is older than it has seen.
 */
export const elected = (props: ElectedProps): Elected => ({ ...props, kind: 'elected' })

const GUARANTEES: Readonly<Record<Guarantee['kind'], Shape<Guarantee>>> = {
  'at-most-one': record<AtMostOne>(
    {
      kind: required(oneOf(['at-most-one']), 'at-most-one'),
      volumes: optional(VOLUME_CLAIMS),
      serviceName: optional(text('ledger-headless')),
    },
    'atMostOne()',
  ),
  'usually-one': record<UsuallyOne>(
    {
      kind: required(oneOf(['usually-one']), 'usually-one'),
      volumes: optional(VOLUME_CLAIMS),
    },
    'usuallyOne()',
  ),
  elected: record<Elected>(
    // Both ways to be elected at once; that they do not meet is checked with the other options.
    { kind: required(oneOf(['elected']), 'elected'), ...ELECTED_OPTIONS } as Options<Elected>,
    "elected({ work: 'requests' })",
  ),
}

/** Which failure there may be nobody can guess, so the stand-in is only for the rest of the synth. */
export const STAND_IN_GUARANTEE: Guarantee = { kind: 'usually-one' }

export const GUARANTEE: Shape<Guarantee> = choice<Guarantee>({
  expected:
    "made by atMostOne(), usuallyOne() or elected({ work: 'requests' }), each with its price",
  example: 'usuallyOne()',
  pick: (value) => (isRecord(value) ? GUARANTEES[value.kind as Guarantee['kind']] : undefined),
})
