import type { Construct } from 'constructs'
import { FENCING_ANNOTATIONS, FENCING_FIELD_MANAGER } from '../leases/names.ts'
import {
  type AdmissionPolicy,
  emitAdmissionPolicy,
  inNamespaceOf,
  type PolicyContext,
} from './admission-policy.ts'
import {
  annotationOf,
  celText,
  IS_TEARDOWN,
  isNoOlder,
  isSameStore,
  isSameToken,
  on,
  tokenVariables,
} from './fencing-cel.ts'
import { isOneOf, type ProtectedObject, ruleOf } from './protected-object.ts'
import { type SharedWriter, sharedAnnotation } from './shared-writer.ts'

export interface FenceProps {
  /** Name of the lock, which is that of its Lease. */
  readonly lock: string
  readonly protects: readonly ProtectedObject[]
  readonly sharedWith: readonly SharedWriter[]
}

/** The policies of a fence. */
export interface Fence {
  readonly objectRule: AdmissionPolicy
  readonly leaseRule: AdmissionPolicy
}

export const emitFence = (scope: Construct, context: PolicyContext, props: FenceProps): Fence => ({
  objectRule: emitObjectRule(scope, context, props),
  leaseRule: emitLeaseRule(scope, context, props),
})

const { token: TOKEN, epoch: EPOCH, write: WRITE } = FENCING_ANNOTATIONS

/**
 * The real fence: an object takes no token older than the one that it has. The API server decides
 * on the very version that the write replaces, so nothing gets between (K40). It bites once the new
 * holder has written the object.
 */
const emitObjectRule = (scope: Construct, context: PolicyContext, props: FenceProps) =>
  emitAdmissionPolicy(scope, context, {
    topic: 'fence',
    annotations: sharedAnnotation(props.sharedWith),
    spec: {
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: props.protects.map((object) =>
          ruleOf(object, {
            subresources: ['status'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
          }),
        ),
      },
      matchConditions: [isOneOf(props.protects), CHANGES_WHAT_IS_FENCED],
      variables: [
        isShared(props.sharedWith),
        ...tokenVariables('new', ofAnnotations('object')),
        ...tokenVariables('old', ofAnnotations('oldObject')),
        { name: 'write', expression: annotationOf('object', WRITE) },
      ],
      validations: [
        {
          expression: `request.operation == 'DELETE' || variables.isShared || variables.newIsToken`,
          message: `Only holders of lock ${props.lock} write this object. Hold it, and write its token into the annotations ${TOKEN} and ${EPOCH}`,
          reason: 'Forbidden',
        },
        {
          expression: `request.operation == 'DELETE' || variables.isShared || variables.write != '' && (${on('UPDATE', `variables.write != ${annotationOf('oldObject', WRITE)}`)})`,
          message: `Each write of this object says its own token. Write something new into the annotation ${WRITE} with it, such as a UUID`,
          reason: 'Forbidden',
        },
        {
          expression: on(
            'UPDATE',
            // A stored value that is no token counts as '0', or it would wedge the object (K42).
            `variables.isShared || !variables.newIsToken || !variables.oldIsToken || !(${isSameStore('new', 'old')}) || ${isNoOlder('new', 'old')}`,
          ),
          message: `A later holder of lock ${props.lock} has written this object. Whoever has this older token has lost the lock and has to stop`,
          reason: 'Forbidden',
        },
        {
          expression: on('UPDATE', `!variables.isShared || (${isSameToken('new', 'old')})`),
          message:
            'Whoever shares this object with the holders of its lock leaves their token alone',
          reason: 'Forbidden',
        },
        {
          expression: on(
            'DELETE',
            `variables.isShared || ${IS_TEARDOWN} || request.options.?preconditions.?resourceVersion.orValue('') != ''`,
          ),
          message:
            'This object is deleted with a precondition on its resourceVersion: read it, see that its token is not newer than yours, and delete that version',
          reason: 'Forbidden',
        },
      ],
    },
  })

/**
 * Early warning: no token older than that of the Lease, also before the new holder has written the
 * object. Best effort, without a bound: the API server compares with its cache of the Lease, which
 * may be behind (K41). The policy is bound to the one Lease by its name, so each lock has its own;
 * without the Lease nobody can get a newer token, and all that the object rule lets pass does.
 *
 * It alone sees `/scale`, which has no annotations, and objects that are made.
 */
const emitLeaseRule = (scope: Construct, context: PolicyContext, props: FenceProps) =>
  emitAdmissionPolicy(scope, context, {
    topic: 'fence-by-lease',
    annotations: sharedAnnotation(props.sharedWith),
    paramRef: {
      name: props.lock,
      namespace: context.namespace,
      // `Deny` would come before any condition, and a namespace whose Lease went first would stay.
      parameterNotFoundAction: 'Allow',
    },
    spec: {
      paramKind: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: props.protects.map((object) =>
          ruleOf(object, {
            subresources: ['status', 'scale'],
            operations: ['CREATE', 'UPDATE'],
          }),
        ),
      },
      matchConditions: [isOneOf(props.protects), CHANGES_WHAT_IS_FENCED],
      variables: [
        isShared(props.sharedWith),
        { name: 'isScale', expression: "request.?subResource.orValue('') == 'scale'" },
        { name: 'manager', expression: "request.options.?fieldManager.orValue('')" },
        {
          name: 'managerToken',
          expression: `variables.manager.matches('^${FENCING_FIELD_MANAGER}[^:]+:[^:]+$') ? variables.manager.substring(${FENCING_FIELD_MANAGER.length}) : ':'`,
        },
        ...tokenVariables('new', ofScaleOrObject),
        ...tokenVariables('lease', ofAnnotations('params')),
      ],
      validations: [
        {
          expression: '!variables.isScale || variables.isShared || variables.newIsToken',
          message: `Only holders of lock ${props.lock} scale this object. Hold it, and use the field manager ${FENCING_FIELD_MANAGER}EPOCH:NUMBER with its token`,
          reason: 'Forbidden',
        },
        {
          expression: `variables.isShared || !variables.newIsToken || !variables.leaseIsToken || ${isSameStore('new', 'lease')} && (${isNoOlder('new', 'lease')})`,
          message: `Lock ${props.lock} has a later holder. Whoever has this older token has lost the lock and has to stop`,
          reason: 'Forbidden',
        },
      ],
    },
  })

const ofAnnotations = (object: string) => ({
  number: annotationOf(object, TOKEN),
  epoch: annotationOf(object, EPOCH),
})

const ofScaleOrObject = {
  number: `variables.isScale ? variables.managerToken.substring(variables.managerToken.indexOf(':') + 1) : ${annotationOf('object', TOKEN)}`,
  epoch: `variables.isScale ? variables.managerToken.substring(0, variables.managerToken.indexOf(':')) : ${annotationOf('object', EPOCH)}`,
}

const isShared = (sharedWith: readonly SharedWriter[]) => ({
  name: 'isShared',
  expression: `request.userInfo.username in [${sharedWith.map(({ user }) => celText(user)).join(', ')}]`,
})

/** Every field of `these` but metadata and status is in `those`, the same. */
const sameFields = (these: string, those: string): string =>
  `dyn(${these}).all(key, key in ['metadata', 'status'] || dyn(${those})[?key] == optional.of(dyn(${these})[key]))`

/**
 * Whatever leaves content, labels and token alone passes without one: controllers write status,
 * annotations, finalizers and owners, and would be stuck (K45).
 */
const CHANGES_WHAT_IS_FENCED = {
  name: 'changes-what-is-fenced',
  expression: `request.operation != 'UPDATE' || !(${[
    sameFields('object', 'oldObject'),
    sameFields('oldObject', 'object'),
    'object.metadata.?labels == oldObject.metadata.?labels',
    ...[TOKEN, EPOCH, WRITE].map(
      (annotation) =>
        `${annotationOf('object', annotation)} == ${annotationOf('oldObject', annotation)}`,
    ),
  ].join(' && ')})`,
}
