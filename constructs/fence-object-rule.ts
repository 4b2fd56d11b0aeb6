import type { Construct } from 'constructs'
import { FENCING_ANNOTATIONS } from '../leases/names.ts'
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
  annotationOf,
  IS_TEARDOWN,
  isNoOlder,
  isSameStore,
  isSameToken,
  on,
  tokenVariables,
} from './fencing-cel.ts'
import { isOneOf, ruleOf } from './protected-object.ts'
import { sharedAnnotation } from './shared-writer.ts'

/**
 * The real fence: an object takes no token older than the one that it has. The API server decides
 * on the very version that the write replaces, so nothing gets between (K40). It bites once the new
 * holder has written the object.
 */
export function emitObjectRule(
  scope: Construct,
  context: PolicyContext,
  { lock, protects, sharedWith }: FenceProps,
): AdmissionPolicy {
  return emitAdmissionPolicy(scope, context, {
    topic: 'fence',
    annotations: sharedAnnotation(sharedWith),
    spec: {
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: protects.map((object) =>
          ruleOf(object, {
            subresources: ['status'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
          }),
        ),
      },
      matchConditions: [isOneOf(protects), CHANGES_WHAT_IS_FENCED],
      variables: [
        isShared(sharedWith),
        ...tokenVariables('new', annotatedToken('object')),
        ...tokenVariables('old', annotatedToken('oldObject')),
        { name: 'write', expression: annotationOf('object', WRITE) },
      ],
      validations: [
        saysToken(lock),
        SAYS_IT_ANEW,
        isNotOvertaken(lock),
        LEAVES_TOKEN_TO_HOLDERS,
        IS_DELETED_AS_READ,
      ],
    },
  })
}

const { token: TOKEN, epoch: EPOCH, write: WRITE } = FENCING_ANNOTATIONS

const saysToken = (lock: string): Validation => ({
  expression: `request.operation == 'DELETE' || variables.isShared || variables.newIsToken`,
  message: `Only holders of lock ${lock} write this object. Hold it, and write its token into the annotations ${TOKEN} and ${EPOCH}`,
  reason: 'Forbidden',
})

/** Whoever changes an object and leaves its annotations as they were would write by the token of another. */
const SAYS_IT_ANEW: Validation = {
  expression: `request.operation == 'DELETE' || variables.isShared || variables.write != '' && (${on('UPDATE', `variables.write != ${annotationOf('oldObject', WRITE)}`)})`,
  message: `Each write of this object says its own token. Write something new into the annotation ${WRITE} with it, such as a UUID`,
  reason: 'Forbidden',
}

/** A stored value that is no token counts as '0', or it would wedge the object (K42). */
const isNotOvertaken = (lock: string): Validation => ({
  expression: on(
    'UPDATE',
    `variables.isShared || !variables.newIsToken || !variables.oldIsToken || !(${isSameStore('new', 'old')}) || ${isNoOlder('new', 'old')}`,
  ),
  message: `A later holder of lock ${lock} has written this object. Whoever has this older token has lost the lock and has to stop`,
  reason: 'Forbidden',
})

const LEAVES_TOKEN_TO_HOLDERS: Validation = {
  expression: on('UPDATE', `!variables.isShared || (${isSameToken('new', 'old')})`),
  message: 'Whoever shares this object with the holders of its lock leaves their token alone',
  reason: 'Forbidden',
}

/** A deletion has no annotations to say a token in, and can name the version that it has read. */
const IS_DELETED_AS_READ: Validation = {
  expression: on(
    'DELETE',
    `variables.isShared || ${IS_TEARDOWN} || request.options.?preconditions.?resourceVersion.orValue('') != ''`,
  ),
  message:
    'This object is deleted with a precondition on its resourceVersion: read it, see that its token is not newer than yours, and delete that version',
  reason: 'Forbidden',
}
