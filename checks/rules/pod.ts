import { at, fields, items, text } from '../../manifests/fields.ts'
import { forEachContainer, forEachObject, forEachWorkload } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const nakedPod: Rule = {
  id: 'workload/naked-pod',
  severity: 'warning',
  title: 'Every pod has a controller',
  why: 'A pod by itself is gone with its node, and nothing makes it again.',
  peers: ['kubescape/C-0073', 'datree/K8S_INCORRECT_KIND_VALUE_POD'],
  check: forEachWorkload(({ kind, object }) => {
    // Helm makes and removes the pods of its hooks itself.
    if (kind !== 'Pod' || object.metadata.annotations?.['helm.sh/hook'] !== undefined) {
      return undefined
    }
    return {
      field: 'kind',
      message: 'The Pod has no controller',
      remedy: 'Make it a Deployment, a StatefulSet or a Job',
    }
  }),
}

const kubeProxySidecar: Rule = {
  id: 'pod/kube-proxy-sidecar',
  severity: 'warning',
  title: 'No container offers the Kubernetes API to the others of its pod',
  why: 'Whatever can open a connection to localhost then has the rights of the ServiceAccount, without a token and without a trace of who it was.',
  check: forEachContainer(({ spec, field }) => {
    const command = [...items(spec.command), ...items(spec.args)].join(' ')
    const image = text(spec.image) ?? ''
    if (!/(^|[\s/])kubectl\s.*\bproxy\b/.test(command) && !/\/kubeapi-proxy\b/.test(image)) {
      return undefined
    }
    return {
      field,
      message: 'The container is a proxy to the Kubernetes API',
      remedy: 'Give the program itself a projected token, and let it use a client library',
    }
  }),
}

const configMapLock: Rule = {
  id: 'lock/configmap-lock',
  severity: 'warning',
  title: 'Leaders are elected by Leases',
  why: 'Election by ConfigMaps or Endpoints was removed from the client library; every renewal also wakes everybody who watches them.',
  check: forEachObject(({ kind, metadata }) => {
    const key = 'control-plane.alpha.kubernetes.io/leader'
    if (metadata.annotations?.[key] === undefined) return undefined
    return {
      field: `metadata.annotations["${key}"]`,
      message: `The ${kind} is the lock of a leader election`,
      remedy: 'Use a Lease of `coordination.k8s.io/v1`',
    }
  }),
}

const CONTROL_PLANE_ETCD = /(etcd[\w.-]*kube-system[\w.-]*|127\.0\.0\.1|localhost):2379/

const controlPlaneEtcd: Rule = {
  id: 'lock/no-control-plane-etcd',
  severity: 'warning',
  title: "No app talks to the control plane's etcd",
  why: 'It passes by every right, audit and quota of the cluster, and managed clusters do not offer it.',
  check: forEachWorkload(({ namespace, containers, podSpec, podField }) => {
    if (namespace === 'kube-system') return undefined
    const mounts = items(podSpec.volumes).flatMap((volume, index) =>
      /^\/etc\/kubernetes\/pki/.test(text(at(volume, 'hostPath', 'path')) ?? '')
        ? [`${podField}.volumes[${index}].hostPath`]
        : [],
    )
    const variables = containers.flatMap(({ spec, field }) =>
      items(spec.env).flatMap((entry, index) =>
        CONTROL_PLANE_ETCD.test(text(fields(entry).value) ?? '') ? [`${field}.env[${index}]`] : [],
      ),
    )
    return [...mounts, ...variables].map((field) => ({
      field,
      message: "It reaches for the control plane's etcd",
      remedy: 'Use a Lease through the Kubernetes API, or an etcd of its own',
    }))
  }),
}

export const podRules: readonly Rule[] = [
  nakedPod,
  kubeProxySidecar,
  configMapLock,
  controlPlaneEtcd,
]
