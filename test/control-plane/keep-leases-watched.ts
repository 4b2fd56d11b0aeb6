import { ApiClient } from './api-client.ts'
import type { Connection } from './connection.ts'

const NAME = 'leases-stay-watched.test.lockstep.dev'

/** It matches nothing, and names a Lease that is not there. */
const OBJECTS = {
  validatingadmissionpolicies: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: NAME },
    spec: {
      failurePolicy: 'Ignore',
      paramKind: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['test.lockstep.dev'],
            apiVersions: ['*'],
            operations: ['CREATE'],
            resources: ['nothing'],
          },
        ],
      },
      validations: [{ expression: 'true' }],
    },
  },
  validatingadmissionpolicybindings: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: NAME },
    spec: {
      policyName: NAME,
      paramRef: { name: 'nothing', namespace: 'default', parameterNotFoundAction: 'Allow' },
      validationActions: ['Deny'],
    },
  },
}

/**
 * Has an API server watch Leases for its policies as long as it runs. Without any policy that is bound to one it
 * stops, and never begins again: fences that a later suite installs would see no Lease (`docs/fencing.md`).
 */
export async function keepLeasesWatched(connection: Connection): Promise<void> {
  const client = new ApiClient(connection)
  try {
    for (const [plural, body] of Object.entries(OBJECTS)) {
      const { status, body: answer } = await client.send({
        method: 'POST',
        path: `/apis/admissionregistration.k8s.io/v1/${plural}`,
        body,
      })
      if (status !== 201) throw new Error(`${body.kind} ${NAME}: ${JSON.stringify(answer)}`)
    }
  } finally {
    client.close()
  }
}
