import { at, fields, items, number } from '../../manifests/fields.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachContainer, forEachWorkload, type Problem } from '../for-each.ts'
import type { Rule } from '../rule.ts'
import { effectiveSetting, settingField } from '../security-context.ts'

/** What the Pod Security Standard `baseline` asks of containers, so that they stay inside. */

const procMount: Rule = {
  id: 'security/proc-mount',
  severity: 'warning',
  title: 'Containers see the usual parts of /proc',
  why: 'Unmasked, it shows and lets change what belongs to the node.',
  peers: ['pod-security/procMount', 'kube-linter/unsafe-proc-mount', 'polaris/procMount'],
  check: forEachContainer((container) => {
    const mount = at(container.spec, 'securityContext', 'procMount')
    if (mount === undefined || mount === 'Default') return undefined
    return {
      field: settingField(container, 'procMount'),
      message: `\`procMount\` is ${String(mount)}`,
      remedy: 'Remove the field',
    }
  }),
}

const hostPorts: Rule = {
  id: 'security/host-ports',
  severity: 'warning',
  title: 'No container takes a port of its node',
  why: 'Only one such pod fits on a node, so updates hang, and network policies do not see the traffic.',
  peers: [
    'pod-security/hostPorts',
    'polaris/hostPortSet',
    'checkov/CKV_K8S_26',
    'kubescape/C-0044',
  ],
  check: forEachContainer(({ spec, field }) =>
    items(spec.ports).flatMap((port, index) => {
      const hostPort = number(at(port, 'hostPort')) ?? 0
      if (hostPort === 0) return []
      return {
        field: `${field}.ports[${index}].hostPort`,
        message: `The container takes port ${hostPort} of its node`,
        remedy: 'Remove `hostPort` and use a Service',
      }
    }),
  ),
}

const probeHost: Rule = {
  id: 'security/probe-host',
  severity: 'warning',
  title: 'Probes and hooks ask the pod itself',
  why: 'With `host` the kubelet sends requests from the node wherever the manifest says. Namespaces that enforce `baseline` refuse the pods from Kubernetes 1.34 on.',
  peers: ['pod-security/hostProbesAndHostLifecycle'],
  check: forEachContainer(({ spec, field }) => {
    const asked: [string, unknown][] = [
      ['startupProbe', spec.startupProbe],
      ['livenessProbe', spec.livenessProbe],
      ['readinessProbe', spec.readinessProbe],
      ['lifecycle.preStop', at(spec, 'lifecycle', 'preStop')],
      ['lifecycle.postStart', at(spec, 'lifecycle', 'postStart')],
    ]
    return asked.flatMap(([name, handler]): Problem[] => {
      const host = at(handler, 'httpGet', 'host') ?? at(handler, 'tcpSocket', 'host')
      if (typeof host !== 'string' || host === '') return []
      return [
        {
          field: `${field}.${name}`,
          message: `It asks '${host}'`,
          remedy: 'Remove `host`',
        },
      ]
    })
  }),
}

/** Types that the standard `baseline` allows. */
const SELINUX_TYPES: ReadonlySet<unknown> = new Set([
  undefined,
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
])

const seLinux: Rule = {
  id: 'security/selinux',
  severity: 'warning',
  title: 'No custom SELinux type, user or role is set',
  why: 'It can switch the separation of containers off. Namespaces that enforce `baseline` refuse the pods.',
  peers: ['pod-security/seLinuxOptions'],
  check: forEachContainer((container, workload) => {
    const options = fields(effectiveSetting(container, workload, 'seLinuxOptions'))
    const isAllowed = SELINUX_TYPES.has(options.type) && !options.user && !options.role
    if (isAllowed) return undefined
    return {
      field: settingField(container, 'seLinuxOptions'),
      message: `The SELinux options are ${JSON.stringify(options)}`,
      remedy: 'Remove them',
    }
  }),
}

const appArmor: Rule = {
  id: 'security/apparmor',
  severity: 'warning',
  title: 'AppArmor is not switched off',
  why: 'The default profile keeps containers from mounting file systems and from much of /proc.',
  peers: ['pod-security/appArmorProfile'],
  check: forEachWorkload((workload) => {
    const unconfined = workload.containers
      .filter(
        (container) =>
          at(effectiveSetting(container, workload, 'appArmorProfile'), 'type') === 'Unconfined',
      )
      .map((container) => settingField(container, 'appArmorProfile'))
    const annotated = Object.entries(workload.podAnnotations)
      .filter(
        ([key, value]) =>
          key.startsWith('container.apparmor.security.beta.kubernetes.io/') &&
          value === 'unconfined',
      )
      .map(([key]) => `${workload.podField.replace(/spec$/, 'metadata')}.annotations["${key}"]`)
    return [...unconfined, ...annotated].map((field) => ({
      field,
      message: 'The AppArmor profile is Unconfined',
      remedy: 'Remove it, or write RuntimeDefault',
    }))
  }),
}

const hostProcess: Rule = {
  id: 'security/host-process',
  severity: 'warning',
  title: 'No Windows container runs as a process of its node',
  why: 'It has the rights of the node. Namespaces that enforce `baseline` refuse the pods.',
  peers: ['pod-security/windowsHostProcess', 'polaris/hostProcess'],
  check: forEachContainer((container, workload) => {
    const options = effectiveSetting(container, workload, 'windowsOptions')
    if (!isRecord(options) || options.hostProcess !== true) return undefined
    return {
      field: settingField(container, 'windowsOptions.hostProcess'),
      message: 'The container is a host process',
      remedy: 'Remove `hostProcess`',
    }
  }),
}

export const isolationRules: readonly Rule[] = [
  procMount,
  hostPorts,
  probeHost,
  seLinux,
  appArmor,
  hostProcess,
]
