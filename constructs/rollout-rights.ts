import type { Construct } from 'constructs'
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { groupOf } from '../manifests/identity.ts'
import { canaryName } from '../rollouts/canary-track.ts'
import type { CanaryRollout } from './canary-rollout.ts'
import { EmittedObject } from './emitted-object.ts'
import type { Environment } from './environment.ts'
import type { LockSubject } from './lock-user.ts'
import type { Mistakes } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import type { ServedSyncs, SyncEngine } from './served-syncs.ts'
import type { WorkloadContext } from './workload-context.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** The right to see what runs of the rollouts of one namespace. */
export interface RolloutRights {
  /** To get, by name, what a release has in flight and what applies it. */
  readonly role: EmittedObject<IRole>
  readonly binding: EmittedObject<IRoleBinding>
}

/** An app whose rollouts are looked at, and where it is. */
export interface LookedAtApp {
  readonly app: CanaryRollout
  readonly namespace: string
}

/** Those that can be looked at from an environment. */
export const lookedAtApps = (
  apps: readonly CanaryRollout[],
  environment: Environment | undefined,
  mistakes: Mistakes,
): readonly LookedAtApp[] =>
  apps.flatMap((app, index): readonly LookedAtApp[] => {
    const home = Namespace.tryOf(app)
    // An app that is in no namespace has said so itself.
    if (home === undefined) return []
    const problem = problemOf(app, home, environment)
    if (problem === undefined) return [{ app, namespace: home.name }]
    const option = `rollouts.apps[${index}]`
    mistakes.add({ option, value: app.node.id, ...problem })
    return []
  })

function problemOf(
  { release }: CanaryRollout,
  home: Namespace,
  environment: Environment | undefined,
): { readonly problem: string; readonly remedy: string } | undefined {
  if (release !== undefined) {
    return { problem: 'is released by another engine', remedy: 'Leave it out' }
  }
  if (environment === undefined || home.environment === environment) return undefined
  return {
    problem: `is in environment '${home.environment.name}', and this one in '${environment.name}'`,
    remedy: 'Leave it out, or make a ControlPlane in its environment',
  }
}

export interface EmitRolloutRightsProps {
  readonly apps: readonly LookedAtApp[]
  readonly syncs: ServedSyncs | undefined
  readonly account: LockSubject
}

/**
 * Lets the account get, by name, the objects of which a rollout has to know whether the cluster has them,
 * in flight too, and what applies them. It may list and change nothing.
 */
export function emitRolloutRights(
  scope: Construct,
  { app, namespace, metadata }: WorkloadContext,
  { apps, syncs, account }: EmitRolloutRightsProps,
): readonly RolloutRights[] {
  const seen = [...apps.flatMap(seenOf), ...(syncs === undefined ? [] : seenSyncs(syncs))]
  const byNamespace = Map.groupBy(seen, (each) => each.namespace)
  const name = `rollouts.${app}.${namespace}`
  return [...byNamespace].sort(byFirst).map(([home, own]) => {
    const placed = { ...metadata(name), namespace: home }
    return {
      role: new EmittedObject<IRole>(scope, `RolloutRole-${home}`, {
        apiVersion: `${RBAC}/v1`,
        kind: 'Role',
        metadata: placed,
        rules: [...rulesOf(own)],
      }),
      binding: new EmittedObject<IRoleBinding>(scope, `RolloutBinding-${home}`, {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: placed,
        roleRef: { apiGroup: RBAC, kind: 'Role', name },
        subjects: [account],
      }),
    }
  })
}

interface Seen {
  readonly namespace: string
  /** `<group>/<resource>`. */
  readonly resource: string
  readonly name: string
}

function rulesOf(objects: readonly Seen[]) {
  const byResource = Map.groupBy(objects, ({ resource }) => resource)
  return [...byResource].sort(byFirst).map(([resource, seen]) => {
    const [group = '', plural = ''] = resource.split('/')
    const resourceNames = [...new Set(seen.map(({ name }) => name))].sort()
    return { apiGroups: [group], resources: [plural], resourceNames, verbs: ['get'] }
  })
}

/** What `observedObjects` asks for, by the names that they have in flight. */
function seenOf({ app, namespace }: LookedAtApp): readonly Seen[] {
  const { deployment, autoscaler, service, stableService, canaryService, route, plan } = app
  // Whatever an adopted one is called, the canary's are called after the app.
  const both = (resource: string, name: string): readonly Seen[] => [
    { namespace, resource, name },
    { namespace, resource, name: canaryName(plan.metadata.name) },
  ]
  return [
    ...both('apps/deployments', deployment.name),
    ...(autoscaler === undefined
      ? []
      : both('autoscaling/horizontalpodautoscalers', autoscaler.name)),
    ...[service, stableService, canaryService].flatMap((each) =>
      each === undefined ? [] : { namespace, resource: '/services', name: each.name },
    ),
    ...(route === undefined ? [] : [{ namespace, resource: resourceOf(route), name: route.name }]),
  ]
}

const SYNC_RESOURCES: Readonly<Record<SyncEngine, string>> = {
  flux: 'kustomize.toolkit.fluxcd.io/kustomizations',
  argocd: 'argoproj.io/applications',
}

const seenSyncs = ({ engine, namespace, names }: ServedSyncs): readonly Seen[] =>
  names.map((name) => ({ namespace, resource: SYNC_RESOURCES[engine], name }))

/** Routes are called in the plural as their kinds are in the singular: `HTTPRoute`, `httproutes`. */
const resourceOf = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
  `${groupOf(apiVersion)}/${kind.toLowerCase()}s`

const byFirst = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1
