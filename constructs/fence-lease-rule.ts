import type { Construct } from 'constructs'
import { FENCING_FIELD_MANAGER } from '../leases/names.ts'
import {
  type AdmissionPolicy,
  emitAdmissionPolicy,
  inNamespaceOf,
  type PolicyContext,
  type Validation,
} from './admission-policy.ts'
import type { FenceProps } from './fence-props.ts'
import { annotatedToken, CHANGES_WHAT_IS_FENCED, isShared } from './fenced-write.ts'
import {
  isNoOlder,
  isSameStore,
  type TokenProps,
  tokenVariables,
  type Variables,
} from './fencing-cel.ts'
import { isOneOf, ruleOf } from './protected-object.ts'
import { sharedAnnotation } from './shared-writer.ts'

/**
 * Early warning: no token older than that of the Lease, also before the new holder has written the
 * object. Best effort, without a bound: the API server compares with its cache of the Lease, which
 * may be behind (K41). The policy is bound to the one Lease by its name, so each lock has its own;
 * without the Lease nobody can get a newer token, and all that the object rule lets pass does.
 *
 * It alone sees `/scale`, which has no annotations, and objects that are made.
 */
export function emitLeaseRule(
  scope: Construct,
  context: PolicyContext,
  { lock, protects, sharedWith }: FenceProps,
): AdmissionPolicy {
  return emitAdmissionPolicy(scope, context, {
    topic: 'fence-by-lease',
    annotations: sharedAnnotation(sharedWith),
    paramRef: {
      name: lock,
      namespace: context.namespace,
      // `Deny` would come before any condition, and a namespace whose Lease went first would stay.
      parameterNotFoundAction: 'Allow',
    },
    spec: {
      paramKind: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: protects.map((object) =>
          ruleOf(object, {
            subresources: ['status', 'scale'],
            operations: ['CREATE', 'UPDATE'],
          }),
        ),
      },
      matchConditions: [isOneOf(protects), CHANGES_WHAT_IS_FENCED],
      variables: [
        isShared(sharedWith),
        ...SCALE,
        ...tokenVariables('new', SCALED_OR_ANNOTATED_TOKEN),
        ...tokenVariables('lease', annotatedToken('params')),
      ],
      validations: [scalesByToken(lock), isNotOvertaken(lock)],
    },
  })
}

/** Whoever scales can say a token in the name of a field manager alone, as `lockstep-<epoch>:<number>`. */
const SCALE: Variables = [
  { name: 'isScale', expression: "request.?subResource.orValue('') == 'scale'" },
  { name: 'manager', expression: "request.options.?fieldManager.orValue('')" },
  {
    name: 'managerToken',
    expression: `variables.manager.matches('^${FENCING_FIELD_MANAGER}[^:]+:[^:]+$') ? variables.manager.substring(${FENCING_FIELD_MANAGER.length}) : ':'`,
  },
]

const annotated = annotatedToken('object')

const SCALED_OR_ANNOTATED_TOKEN: TokenProps = {
  number: `variables.isScale ? variables.managerToken.substring(variables.managerToken.indexOf(':') + 1) : ${annotated.number}`,
  epoch: `variables.isScale ? variables.managerToken.substring(0, variables.managerToken.indexOf(':')) : ${annotated.epoch}`,
}

const scalesByToken = (lock: string): Validation => ({
  expression: '!variables.isScale || variables.isShared || variables.newIsToken',
  message: `Only holders of lock ${lock} scale this object. Hold it, and use the field manager ${FENCING_FIELD_MANAGER}EPOCH:NUMBER with its token`,
  reason: 'Forbidden',
})

const isNotOvertaken = (lock: string): Validation => ({
  expression: `variables.isShared || !variables.newIsToken || !variables.leaseIsToken || ${isSameStore('new', 'lease')} && (${isNoOlder('new', 'lease')})`,
  message: `Lock ${lock} has a later holder. Whoever has this older token has lost the lock and has to stop`,
  reason: 'Forbidden',
})
