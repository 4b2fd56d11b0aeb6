import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import type { Cluster } from '../cluster.ts'
import { eventually } from '../eventually.ts'

type Labels = Readonly<Record<string, string>>
type Mutation = Readonly<Record<string, unknown>> & { readonly patchType: string }

/** What the API server adds to new pods of a test's namespace, since their manifests must not say it. */
export interface PodAddition {
  /** Names the rule; another one of this name replaces it. */
  readonly name: string
  /** Pods that it is for. */
  readonly podLabels: Labels
  readonly mutation: Mutation
  /** Whether a pod has them. */
  readonly isIn: (pod: unknown) => boolean
}

/** Resolves when every new pod gets the addition: the API server takes up rules after a while. */
export async function addToPods(cluster: Cluster, addition: PodAddition): Promise<void> {
  const namespace = await cluster.namespace()
  await cluster.apply(ruleFor(namespace, addition))
  await eventually(
    `new pods get '${addition.name}'`,
    () => newPod(cluster, namespace, addition.podLabels),
    addition.isIn,
  )
}

/** A pod as it would be made now. */
async function newPod(cluster: Cluster, namespace: string, labels: Labels): Promise<unknown> {
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  }
  const { body } = await cluster.send({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
    body: {
      metadata: { name: 'probe', labels },
      spec: { containers: [{ name: 'probe', image: 'probe:1', securityContext }] },
    },
  })
  return body
}

function ruleFor(
  namespace: string,
  { name: what, podLabels, mutation }: PodAddition,
): readonly KubernetesObject[] {
  const name = `${what}.${namespace}.test.lockstep.dev`
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const policy = {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: podLabels },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      reinvocationPolicy: 'Never',
      failurePolicy: 'Fail',
      mutations: [mutation],
    },
  }
  const binding = {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  }
  return [policy, binding]
}
