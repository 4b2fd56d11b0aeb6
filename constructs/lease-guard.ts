import type { Construct } from 'constructs'
import { LEASE_ANNOTATIONS, slotLeaseName } from '../leases/names.ts'
import {
  type AdmissionPolicy,
  emitAdmissionPolicy,
  inNamespaceOf,
  type PolicyContext,
} from './admission-policy.ts'
import {
  annotationOf,
  IS_TEARDOWN,
  isNoOlder,
  isSameStore,
  isSameToken,
  NAME,
  on,
  tokenVariables,
  type Variables,
} from './fencing-cel.ts'
import type { LockMode } from './lock-leases.ts'

export interface LeaseGuardProps {
  readonly mode: LockMode
  readonly slots: number
}

/**
 * Holds whoever writes the Leases of a lock to what makes tokens trustworthy: one is new with its
 * holder, by the version that it was written over, and never changes otherwise. Everything that our
 * own programs write passes, and so does a sync that applies the manifest again.
 *
 * Who may hold is for RBAC, and whether a hold is over for whoever takes it: CEL knows no time.
 */
export const emitLeaseGuard = (
  scope: Construct,
  context: PolicyContext,
  { mode, slots }: LeaseGuardProps,
): AdmissionPolicy =>
  emitAdmissionPolicy(scope, context, {
    topic: 'guard',
    spec: {
      matchConstraints: {
        namespaceSelector: inNamespaceOf(context),
        resourceRules: [
          {
            apiGroups: ['coordination.k8s.io'],
            apiVersions: ['v1'],
            resources: ['leases'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
            scope: 'Namespaced',
          },
        ],
      },
      matchConditions: [
        {
          name: 'is-of-the-lock',
          expression: `${NAME} in ${JSON.stringify(slotNames(context.app, slots))}`,
        },
      ],
      variables: VARIABLES,
      validations: [
        ...(mode === 'fenced' ? fencedOnly(context) : []),
        {
          expression: on('UPDATE', `!variables.isTaken || (${IS_PROPERLY_TAKEN})`),
          message:
            'Whoever takes this Lease writes the resourceVersion that it is written over as its fencing token, the epoch of it, and one more transition',
          reason: 'Forbidden',
        },
        {
          expression: on('UPDATE', `variables.isTaken || (${isSameToken('new', 'old')})`),
          message: 'The fencing token of this Lease changes with its holder, and in no other way',
          reason: 'Forbidden',
        },
        {
          expression: on(
            'UPDATE',
            "variables.holder == '' || variables.holder != variables.oldHolder || variables.hold == variables.oldHold",
          ),
          message: `The annotation ${LEASE_ANNOTATIONS.hold} stays for as long as the holder does`,
          reason: 'Forbidden',
        },
        {
          expression: on('DELETE', `variables.oldHolder == '' || ${IS_TEARDOWN}`),
          message: 'This Lease is held. Break the hold first, then delete it',
          reason: 'Forbidden',
        },
      ],
    },
  })

const slotNames = (lock: string, slots: number): readonly string[] =>
  Array.from({ length: slots }, (_, slot) => slotLeaseName(lock, slot))

const VARIABLES: Variables = [
  { name: 'holder', expression: "object.?spec.?holderIdentity.orValue('')" },
  { name: 'oldHolder', expression: "oldObject.?spec.?holderIdentity.orValue('')" },
  { name: 'hold', expression: annotationOf('object', LEASE_ANNOTATIONS.hold) },
  { name: 'oldHold', expression: annotationOf('oldObject', LEASE_ANNOTATIONS.hold) },
  {
    name: 'isOurs',
    expression: "variables.hold != '' && variables.holder.endsWith('_' + variables.hold)",
  },
  {
    name: 'isTaken',
    expression: 'variables.holder != variables.oldHolder && variables.isOurs',
  },
  ...(['new', 'old'] as const).flatMap((name) => {
    const object = name === 'new' ? 'object' : 'oldObject'
    return tokenVariables(name, {
      number: annotationOf(object, LEASE_ANNOTATIONS.token),
      epoch: annotationOf(object, LEASE_ANNOTATIONS.epoch),
    })
  }),
]

const transitions = (object: string): string => `${object}.?spec.?leaseTransitions.orValue(0)`

/** Of a restored etcd the versions come again; then the operator raises the generation. */
const IS_PROPERLY_TAKEN = [
  'variables.newNumber == oldObject.metadata.resourceVersion',
  'variables.newIsToken',
  `${transitions('object')} == ${transitions('oldObject')} + 1`,
  `(!variables.oldIsToken || !(${isSameStore('new', 'old')}) || ${isNoOlder('new', 'old')})`,
].join(' && ')

const fencedOnly = ({ app }: PolicyContext) =>
  [
    {
      expression: on(
        'UPDATE',
        "variables.holder == '' || variables.holder == variables.oldHolder || variables.isOurs",
      ),
      message: `Lock ${app} is fenced: only holders with a fencing token may have it. For electors of other make declare it with \`mode: 'interop'\``,
      reason: 'Forbidden',
    },
    {
      expression: on(
        'UPDATE',
        `variables.isTaken || ${transitions('object')} == ${transitions('oldObject')}`,
      ),
      message: 'The transitions of this Lease change with its holder, and in no other way',
      reason: 'Forbidden',
    },
    {
      expression: on('CREATE', "variables.holder == ''"),
      message: 'This Lease begins without a holder: whoever takes it has to meet a version of it',
      reason: 'Forbidden',
    },
  ] as const
