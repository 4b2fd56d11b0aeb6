import { at, fields, items, text } from '../../manifests/fields.ts'
import { forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import type { Workload } from '../workload.ts'

/** Rules of the Pod Security Standards that are asked of the pod as a whole. */

const hostNamespaces: Rule = {
  id: 'security/host-namespaces',
  severity: 'warning',
  title: 'Pods do not share the network, processes or memory of their node',
  why: 'They see, and can disturb, everything else that runs there. Network policies do not apply to the host network.',
  peers: [
    'pod-security/hostNamespaces',
    'kube-linter/host-network',
    'kube-linter/host-pid',
    'kube-linter/host-ipc',
    'checkov/CKV_K8S_17',
    'checkov/CKV_K8S_18',
    'checkov/CKV_K8S_19',
    'kubescape/C-0038',
  ],
  check: forEachWorkload(({ podSpec, podField }) =>
    ['hostNetwork', 'hostPID', 'hostIPC']
      .filter((name) => podSpec[name] === true)
      .map((name) => ({
        field: `${podField}.${name}`,
        message: `\`${name}\` is true`,
        remedy: 'Remove the field',
      })),
  ),
}

/** Kinds of volumes that the standard `restricted` allows. */
const ALLOWED_VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

const SOCKETS = /\/(docker|containerd|crio|cri-dockerd|podman)(\/[^/]*)?\.sock$/

const volumeTypes: Rule = {
  id: 'security/volume-types',
  severity: 'warning',
  title: 'Pods mount no folder of their node and no storage past the cluster',
  why: 'Files of the node outlive the pod, differ from node to node, and may be the way to root. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/restrictedVolumes',
    'pod-security/hostPathVolumes',
    'kube-linter/sensitive-host-mounts',
    'polaris/hostPathSet',
    'kubescape/C-0048',
  ],
  check: forEachWorkload(({ podSpec, podField }) =>
    items(podSpec.volumes).flatMap((volume, index) => {
      const kinds = Object.keys(fields(volume)).filter((key) => key !== 'name')
      const refused = kinds.find((kind) => !ALLOWED_VOLUMES.has(kind))
      const path = text(at(volume, 'hostPath', 'path')) ?? ''
      // A runtime's socket is worse, and a rule of its own.
      if (refused === undefined || SOCKETS.test(path)) return []
      return {
        field: `${podField}.volumes[${index}].${refused}`,
        message: `'${String(at(volume, 'name'))}' is a ${refused} volume${path === '' ? '' : ` of ${path}`}`,
        remedy: 'Use an emptyDir, or a PersistentVolumeClaim',
      }
    }),
  ),
}

const dockerSocket: Rule = {
  id: 'pod/docker-sock',
  severity: 'warning',
  title: "No pod mounts the container runtime's socket",
  why: 'Whoever can talk to it can start a privileged container on the node. Nodes have no Docker socket since Kubernetes 1.24 anyway.',
  peers: ['kube-linter/docker-sock', 'checkov/CKV_K8S_27', 'kubescape/C-0074'],
  check: forEachWorkload(({ podSpec, podField }) =>
    items(podSpec.volumes).flatMap((volume, index) => {
      const path = text(at(volume, 'hostPath', 'path')) ?? ''
      if (!SOCKETS.test(path)) return []
      return {
        field: `${podField}.volumes[${index}].hostPath.path`,
        message: `The pod mounts ${path}`,
        remedy: 'Build images with a rootless builder; read pods through the Kubernetes API',
      }
    }),
  ),
}

/** Kernel parameters that the standard `baseline` allows. */
const SAFE_SYSCTLS: ReadonlySet<unknown> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])

const sysctls: Rule = {
  id: 'security/sysctls',
  severity: 'warning',
  title: 'Pods set only kernel parameters that are their own',
  why: 'Others change the node, and the kubelet refuses the pod unless it was told to allow them.',
  peers: ['pod-security/sysctls', 'kube-linter/unsafe-sysctls'],
  check: forEachWorkload(({ podSpec, podField }) =>
    items(at(podSpec, 'securityContext', 'sysctls')).flatMap((sysctl, index) => {
      const name = at(sysctl, 'name')
      if (SAFE_SYSCTLS.has(name)) return []
      return {
        field: `${podField}.securityContext.sysctls[${index}]`,
        message: `'${String(name)}' is not a safe kernel parameter`,
        remedy: 'Remove it, or set it on the nodes',
      }
    }),
  ),
}

/** What the ServiceAccount of a pod says about mounting its token; `undefined` if nobody knows. */
function accountMounts({ podSpec, namespace }: Workload, objects: ObjectSet): unknown {
  const name = text(podSpec.serviceAccountName) ?? 'default'
  const account = objects.find('', 'ServiceAccount', namespace, name)
  return account?.object.automountServiceAccountToken
}

const serviceAccountToken: Rule = {
  id: 'security/service-account-token',
  severity: 'warning',
  title: 'A pod gets a token for the API only if somebody asked for one',
  why: 'By default every pod can talk to the API server. Whoever breaks into one has a way into the cluster.',
  peers: [
    'polaris/automountServiceAccountToken',
    'checkov/CKV_K8S_38',
    'kubescape/C-0034',
    'kubescape/C-0261',
  ],
  check: forEachWorkload((workload, objects) => {
    const { podSpec, podField } = workload
    if (podSpec.automountServiceAccountToken !== undefined) return undefined
    if (accountMounts(workload, objects) !== undefined) return undefined
    return {
      field: `${podField}.automountServiceAccountToken`,
      message: 'The token is mounted because nobody said that it should not be',
      remedy: 'Write `automountServiceAccountToken: false`; or `true`, if the program uses the API',
    }
  }),
}

const defaultServiceAccount: Rule = {
  id: 'security/default-service-account',
  severity: 'advice',
  title: 'A workload has a ServiceAccount of its own',
  why: 'Rights that one app gets under `default` are then rights of every other app of the namespace.',
  peers: ['kube-linter/default-service-account', 'checkov/CKV_K8S_41'],
  check: forEachWorkload(({ podSpec, podField }) => {
    const name = text(podSpec.serviceAccountName) ?? text(podSpec.serviceAccount) ?? 'default'
    if (name !== 'default') return undefined
    return {
      field: `${podField}.serviceAccountName`,
      message: 'The pods run under the ServiceAccount `default`',
      remedy: 'Make a ServiceAccount for the workload and name it',
    }
  }),
}

const serviceAccountField: Rule = {
  id: 'pod/service-account-field',
  severity: 'warning',
  title: 'A pod names its ServiceAccount in `serviceAccountName`',
  why: '`serviceAccount` is the deprecated name of the field; of two that differ, one is ignored.',
  peers: ['kube-linter/deprecated-service-account-field', 'kubescape/C-0294'],
  check: forEachWorkload(({ podSpec, podField }) =>
    podSpec.serviceAccount === undefined
      ? undefined
      : {
          field: `${podField}.serviceAccount`,
          message: '`serviceAccount` is deprecated',
          remedy: 'Write `serviceAccountName`',
        },
  ),
}

export const podSecurityRules: readonly Rule[] = [
  hostNamespaces,
  volumeTypes,
  dockerSocket,
  sysctls,
  serviceAccountToken,
  defaultServiceAccount,
  serviceAccountField,
]
