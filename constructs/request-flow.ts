import type { Construct } from 'constructs'
import type {
  IFlowSchema,
  IPriorityLevelConfiguration,
} from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1'
import { EmittedObject } from './emitted-object.ts'
import type { LockSubject } from './lock-user.ts'
import type { WorkloadContext } from './workload-context.ts'

/** How the API server keeps the requests of an account apart from all others. */
export interface RequestFlow {
  /** Sends the requests of the account to the level. */
  readonly schema: EmittedObject<IFlowSchema>
  /** Seats of the API server that no busy client takes away, and queues before them. */
  readonly level: EmittedObject<IPriorityLevelConfiguration>
}

/** Before `service-accounts` (9000) and `kube-system-service-accounts` (900), after `exempt` and `probes`. */
const PRECEDENCE = 150

/**
 * As many as `leader-election` has: with the levels of a new cluster, and its 600 requests at a time,
 * that is 24 of them.
 */
const SHARES = 10

/**
 * Gives the requests of an account a level of their own. A busy cluster cannot crowd them out: half of
 * the level's seats are lent to nobody. Nor do they crowd others out: the level borrows no more than it
 * has. Within it each namespace has queues, so that a rush for the locks of one does not delay another.
 */
export function emitRequestFlow(
  scope: Construct,
  { app, namespace, metadata }: WorkloadContext,
  account: LockSubject,
): RequestFlow {
  const name = `${app}.${namespace}.lockstep.dev`
  return {
    level: new EmittedObject<IPriorityLevelConfiguration>(scope, 'PriorityLevel', {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: metadata(name),
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: SHARES,
          lendablePercent: 50,
          borrowingLimitPercent: 100,
          limitResponse: {
            type: 'Queue',
            queuing: { queues: 16, handSize: 4, queueLengthLimit: 50 },
          },
        },
      },
    }),
    schema: new EmittedObject<IFlowSchema>(scope, 'FlowSchema', {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: metadata(name),
      spec: {
        priorityLevelConfiguration: { name },
        matchingPrecedence: PRECEDENCE,
        distinguisherMethod: { type: 'ByNamespace' },
        rules: [
          {
            subjects: [
              {
                kind: 'ServiceAccount',
                serviceAccount: { name: account.name, namespace: account.namespace },
              },
            ],
            // Whatever it asks for: it has rights to little, and a refusal takes its time too.
            resourceRules: [
              {
                verbs: ['*'],
                apiGroups: ['*'],
                resources: ['*'],
                namespaces: ['*'],
                clusterScope: true,
              },
            ],
          },
        ],
      },
    }),
  }
}
