import { at, items, number } from '../../manifests/fields.ts'
import { forEachContainer } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { effectiveSetting, isWindows, settingField } from '../security-context.ts'

/** What the Pod Security Standard `restricted`, and the field's checkers, ask of every container. */

const privilegeEscalation: Rule = {
  id: 'security/privilege-escalation',
  severity: 'warning',
  title: 'No process gets more rights than the one that started it',
  why: 'A set-user-ID program in the image is otherwise a way to root. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/allowPrivilegeEscalation',
    'kube-linter/privilege-escalation-container',
    'polaris/privilegeEscalationAllowed',
    'checkov/CKV_K8S_20',
    'kubescape/C-0016',
  ],
  check: forEachContainer((container, workload) =>
    isWindows(workload) ||
    at(container.spec, 'securityContext', 'allowPrivilegeEscalation') === false
      ? undefined
      : {
          field: settingField(container, 'allowPrivilegeEscalation'),
          message: 'The container allows privilege escalation',
          remedy: 'Write `allowPrivilegeEscalation: false`',
        },
  ),
}

const dropAll: Rule = {
  id: 'security/drop-capabilities',
  severity: 'warning',
  title: 'A container drops all capabilities',
  why: 'The default set lets it send raw packets, change owners and bind low ports. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/capabilities_restricted',
    'kube-linter/drop-net-raw-capability',
    'polaris/insecureCapabilities',
    'checkov/CKV_K8S_37',
    'checkov/CKV_K8S_28',
  ],
  check: forEachContainer((container, workload) => {
    const drop = items(at(container.spec, 'securityContext', 'capabilities', 'drop'))
    if (isWindows(workload) || drop.includes('ALL')) return undefined
    return {
      field: settingField(container, 'capabilities.drop'),
      message: 'The container keeps the default capabilities',
      remedy: 'Write `capabilities: { drop: [ALL] }`',
    }
  }),
}

const addCapabilities: Rule = {
  id: 'security/add-capabilities',
  severity: 'warning',
  title: 'A container adds no capability but NET_BIND_SERVICE',
  why: 'Others reach out of the container. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/capabilities_baseline',
    'polaris/dangerousCapabilities',
    'checkov/CKV_K8S_25',
    'checkov/CKV_K8S_39',
  ],
  check: forEachContainer((container) => {
    const added = items(at(container.spec, 'securityContext', 'capabilities', 'add')).filter(
      (capability) => capability !== 'NET_BIND_SERVICE',
    )
    if (added.length === 0) return undefined
    return {
      field: settingField(container, 'capabilities.add'),
      message: `The container adds ${added.join(', ')}`,
      remedy: 'Remove them; listen on a port above 1023 instead of binding a low one',
    }
  }),
}

const runAsNonRoot: Rule = {
  id: 'security/run-as-non-root',
  severity: 'warning',
  title: 'A container that would run as root does not start',
  why: 'Root in the container is root on the node for every hole of the kernel. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/runAsNonRoot',
    'kube-linter/run-as-non-root',
    'polaris/runAsRootAllowed',
    'checkov/CKV_K8S_23',
    'kubescape/C-0013',
  ],
  check: forEachContainer((container, workload) =>
    effectiveSetting(container, workload, 'runAsNonRoot') === true
      ? undefined
      : {
          field: settingField(container, 'runAsNonRoot'),
          message: 'The container may run as root',
          remedy: 'Write `runAsNonRoot: true` for the pod, with a numeric `runAsUser`',
        },
  ),
}

const rootUser: Rule = {
  id: 'security/root-user',
  severity: 'warning',
  title: 'No container asks to run as user 0',
  why: 'With `runAsNonRoot` it does not start, without it it is root.',
  peers: ['pod-security/runAsUser'],
  check: forEachContainer((container, workload) =>
    effectiveSetting(container, workload, 'runAsUser') === 0
      ? {
          field: settingField(container, 'runAsUser'),
          message: 'The container runs as user 0',
          remedy: 'Write `runAsUser: 10001`',
        }
      : undefined,
  ),
}

/** Below, ids belong to accounts that many nodes have. */
const FIRST_FREE_ID = 10_000

const highUser: Rule = {
  id: 'security/high-user',
  severity: 'advice',
  title: 'Users and groups of containers are numbers that no node uses',
  why: 'A process that breaks out has the rights of whatever account of the node has the same number.',
  peers: ['kube-score/container-security-context-user-group-id', 'checkov/CKV_K8S_40'],
  check: forEachContainer((container, workload) => {
    const low = ['runAsUser', 'runAsGroup'].filter((name) => {
      const id = number(effectiveSetting(container, workload, name))
      return id === undefined || (id > 0 && id < FIRST_FREE_ID)
    })
    if (isWindows(workload) || low.length === 0) return undefined
    return {
      field: `${container.field}.securityContext`,
      message: `${low.map((name) => `\`${name}\``).join(' and ')} ${low.length === 1 ? 'is' : 'are'} unset or below ${FIRST_FREE_ID}`,
      remedy: 'Write `runAsUser: 10001` and `runAsGroup: 10001` for the pod',
    }
  }),
}

const seccomp: Rule = {
  id: 'security/seccomp',
  severity: 'warning',
  title: 'System calls are filtered',
  why: 'Without a profile the container may use every system call of the kernel. Namespaces that enforce `restricted` refuse the pods.',
  peers: [
    'pod-security/seccompProfile_restricted',
    'kube-score/container-seccomp-profile',
    'polaris/linuxHardening',
    'checkov/CKV_K8S_31',
    'kubescape/C-0055',
  ],
  check: forEachContainer((container, workload) => {
    const type = at(effectiveSetting(container, workload, 'seccompProfile'), 'type')
    if (isWindows(workload) || type === 'RuntimeDefault' || type === 'Localhost') return undefined
    return {
      field: settingField(container, 'seccompProfile'),
      message: type === undefined ? 'No seccomp profile is set' : `The profile is ${String(type)}`,
      remedy: 'Write `seccompProfile: { type: RuntimeDefault }` for the pod',
    }
  }),
}

const privileged: Rule = {
  id: 'security/privileged',
  severity: 'warning',
  title: 'No container is privileged',
  why: 'It can do everything that root of the node can.',
  peers: [
    'pod-security/privileged',
    'kube-score/container-security-context-privileged',
    'kube-linter/privileged-container',
    'polaris/runAsPrivileged',
    'checkov/CKV_K8S_16',
    'kubescape/C-0057',
  ],
  check: forEachContainer((container) =>
    at(container.spec, 'securityContext', 'privileged') === true
      ? {
          field: settingField(container, 'privileged'),
          message: 'The container is privileged',
          remedy: 'Remove the field; add the one capability that is needed',
        }
      : undefined,
  ),
}

const readOnlyRoot: Rule = {
  id: 'security/read-only-root',
  severity: 'warning',
  title: 'Containers cannot write into their image',
  why: 'Who breaks in can otherwise leave programs behind, and what is written there is lost at the next restart.',
  peers: [
    'kube-score/container-security-context-readonlyrootfilesystem',
    'kube-linter/no-read-only-root-fs',
    'polaris/notReadOnlyRootFilesystem',
    'checkov/CKV_K8S_22',
    'kubescape/C-0017',
  ],
  check: forEachContainer((container, workload) =>
    isWindows(workload) || at(container.spec, 'securityContext', 'readOnlyRootFilesystem') === true
      ? undefined
      : {
          field: settingField(container, 'readOnlyRootFilesystem'),
          message: 'The root file system is writable',
          remedy:
            'Write `readOnlyRootFilesystem: true`, and mount an emptyDir where files are written',
        },
  ),
}

export const securityRules: readonly Rule[] = [
  privilegeEscalation,
  dropAll,
  addCapabilities,
  runAsNonRoot,
  rootUser,
  highUser,
  seccomp,
  privileged,
  readOnlyRoot,
]
