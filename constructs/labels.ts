import { INSTANCE_LABEL, NAME_LABEL } from '../manifests/well-known-labels.ts'

/** The labels that Lockstep puts on what it makes; the first two are every workload's selector. */
export { INSTANCE_LABEL, NAME_LABEL }

export const VERSION_LABEL = 'app.kubernetes.io/version'
const PART_OF_LABEL = 'app.kubernetes.io/part-of'
const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'

/**
 * The one selector shape. It cannot change during the life of a workload, so nothing that changes
 * is in it. `instance` is the name of the workload itself, so no two workloads of a namespace select
 * the same pods.
 */
export const selectorOf = (app: string, instance: string): Readonly<Record<string, string>> => ({
  [NAME_LABEL]: app,
  [INSTANCE_LABEL]: instance,
})

export interface LabelProps {
  readonly app: string
  readonly instance: string
  readonly version: string
  readonly partOf: string
  readonly owner: string
  readonly environment: string
}

/**
 * Labels of the objects of an app. The version is on the workload alone, or every object would
 * change with every release.
 */
export const objectLabels = ({
  app,
  instance,
  partOf,
  owner,
  environment,
}: Omit<LabelProps, 'version'>) => ({
  ...selectorOf(app, instance),
  [PART_OF_LABEL]: partOf,
  [MANAGED_BY_LABEL]: 'lockstep',
  owner,
  env: environment,
})

/**
 * Labels of its pods: those that say something about the pod. What says something about the
 * manifest would replace every pod when it changes.
 */
export const podLabels = ({ app, instance, version, owner, environment }: LabelProps) => ({
  ...selectorOf(app, instance),
  [VERSION_LABEL]: version,
  owner,
  env: environment,
})
