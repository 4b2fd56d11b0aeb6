import type { Construct } from 'constructs'
import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1'
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1'
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import type { IIoK8sApiRbacV1PolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import {
  ELECTOR_PATHS,
  type ElectorWork,
  LEADER_URL_VARIABLE,
  queueLeaseName,
  runsLeaseName,
} from '../leases/names.ts'
import type { AdmissionPolicy } from './admission-policy.ts'
import { type ClusterIdentity, emitClusterIdentity } from './cluster-identity.ts'
import {
  type ElectionOptions,
  LEAST_DURATION_MS,
  seconds,
  writeTiming,
} from './election-options.ts'
import { DEFAULT_ELECTOR_PORT, leaseVariables, writeElector } from './elector.ts'
import { electorFolder } from './elector-folder.ts'
import { EmittedObject } from './emitted-object.ts'
import { supports } from './kubernetes-version.ts'
import { emitLeaseGuard } from './lease-guard.ts'
import { emitLease, type LockMode, leaseRule } from './lock-leases.ts'
import type { LockSubject } from './lock-user.ts'
import { emitOwnPodPolicy, type OwnPodPolicy, type OwnPodRight } from './own-pod-policy.ts'
import { apiServer, type Peer } from './peer.ts'
import type { PodAdditions } from './pod.ts'
import type { PodProps } from './pod-props.ts'
import { tokenMount, tokenVolume } from './token-volume.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

export interface EmitElectionProps {
  readonly options: ElectionOptions
  /** How the user calls the options: `guarantee`, `lock`. */
  readonly option: string
  readonly work: ElectorWork
  /** @default 'sidecar' */
  readonly heldBy?: 'sidecar' | 'app'
  readonly pod: PodProps & { readonly port?: number }
}

/** What an election adds to an app. */
export interface Election {
  readonly additions: PodAdditions
  readonly egressTo: readonly Peer[]
  readonly objects: ElectionObjects
}

export interface ElectionObjects {
  readonly lease: EmittedObject<ILease>
  /** Where those wait in line who come too late. Absent if the app holds the election. */
  readonly queueLease: EmittedObject<ILease> | undefined
  /** What was done once for a key. Of jobs. */
  readonly runsLease: EmittedObject<ILease> | undefined
  /** Absent if the app holds the election, or on a Kubernetes without admission policies. */
  readonly guard: AdmissionPolicy | undefined
  readonly role: EmittedObject<IRole>
  readonly roleBinding: EmittedObject<IRoleBinding>
  /** For its tokens. Absent if the app holds the election, which has none. */
  readonly clusterIdentity: ClusterIdentity | undefined
  readonly admissionPolicy: EmittedObject<IValidatingAdmissionPolicy> | undefined
  readonly admissionPolicyBinding: EmittedObject<IValidatingAdmissionPolicyBinding> | undefined
}

/** What an elector does to its own pod, beyond holding the Lease. */
const OWN_POD_RIGHTS: Readonly<Record<ElectorWork, OwnPodRight | undefined>> = {
  requests: 'label',
  supervised: 'evict',
  cooperative: undefined,
  job: undefined,
}

/** Emits the Leases and the rights on them, and writes who holds the election. */
export function emitElection(
  scope: Construct,
  context: WorkloadContext,
  props: EmitElectionProps,
): Election {
  const mode: LockMode = props.heldBy === 'app' ? 'interop' : 'fenced'
  const leases = emitLeases(scope, context, { mode, work: props.work })
  const serviceAccount = props.pod.serviceAccount?.name ?? context.app
  const right = OWN_POD_RIGHTS[props.work]
  const policy =
    right === undefined ? undefined : emitOwnPodPolicy(scope, context, { serviceAccount, right })
  return {
    additions: props.heldBy === 'app' ? heldByApp(context, props) : heldBySidecar(context, props),
    egressTo: [apiServer(props.options.apiServer)],
    objects: {
      ...leases,
      guard: emitGuard(scope, context, mode),
      role: emitRole(scope, context, { leases, mode, right }),
      roleBinding: emitRoleBinding(scope, context, serviceAccount),
      clusterIdentity:
        mode === 'interop'
          ? undefined
          : emitClusterIdentity(scope, context, [subjectOf(context, serviceAccount)]),
      ...noPolicy,
      ...policy,
    },
  }
}

const noPolicy: { readonly [Key in keyof OwnPodPolicy]: undefined } = {
  admissionPolicy: undefined,
  admissionPolicyBinding: undefined,
}

type Leases = Pick<ElectionObjects, 'lease' | 'queueLease' | 'runsLease'>

/** An app that elects by itself uses a library, which knows of one Lease and of no tokens. */
function emitLeases(
  scope: Construct,
  context: WorkloadContext,
  { mode, work }: { readonly mode: LockMode; readonly work: ElectorWork },
): Leases {
  const { app } = context
  const emit = (id: string, name: string) => emitLease(scope, context, { id, name, mode })
  return {
    lease: emit('Lease', app),
    queueLease: mode === 'interop' ? undefined : emit('QueueLease', queueLeaseName(app)),
    runsLease: work === 'job' ? emit('RunsLease', runsLeaseName(app)) : undefined,
  }
}

/** Kubernetes 1.29 has no such policies, so there a foreign elector is refused by RBAC alone. */
const emitGuard = (
  scope: Construct,
  context: WorkloadContext,
  mode: LockMode,
): AdmissionPolicy | undefined =>
  mode === 'interop' || !supports(context.targetVersion, 'validatingAdmissionPolicy')
    ? undefined
    : emitLeaseGuard(scope, context, { mode, slots: 1 })

const electorName = (app: string): string => `${app}-elector`

const emitRole = (
  scope: Construct,
  { app, metadata }: WorkloadContext,
  {
    leases: { lease, queueLease, runsLease },
    mode,
    right,
  }: {
    readonly leases: Leases
    readonly mode: LockMode
    readonly right: OwnPodRight | undefined
  },
): EmittedObject<IRole> =>
  new EmittedObject<IRole>(scope, 'ElectorRole', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(electorName(app)),
    rules: [
      leaseRule(
        [lease, queueLease, runsLease].flatMap((each) => each?.name ?? []),
        { watch: mode === 'fenced' },
      ),
      ...(right === undefined ? [] : [POD_RULES[right]]),
    ],
  })

/**
 * RBAC cannot say "its own pod", so these are held to that by an admission policy. That has no say in
 * reading, so there is no `get`: it would show every pod of the namespace, while a patch of nothing
 * shows the elector its own.
 */
const POD_RULES: Readonly<Record<OwnPodRight, Written<IIoK8sApiRbacV1PolicyRule>>> = {
  label: { apiGroups: [''], resources: ['pods'], verbs: ['patch'] },
  evict: { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
}

const emitRoleBinding = (
  scope: Construct,
  context: WorkloadContext,
  serviceAccount: string,
): EmittedObject<IRoleBinding> =>
  new EmittedObject<IRoleBinding>(scope, 'ElectorRoleBinding', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: context.metadata(electorName(context.app)),
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: electorName(context.app),
    },
    subjects: [subjectOf(context, serviceAccount)],
  })

const subjectOf = ({ namespace }: WorkloadContext, serviceAccount: string): LockSubject => ({
  kind: 'ServiceAccount',
  name: serviceAccount,
  namespace,
})

/** The token is mounted into the elector alone: the app itself gets no rights by it. */
function heldBySidecar(
  context: WorkloadContext,
  { options, option, work, pod }: EmitElectionProps,
): PodAdditions {
  const port = options.elector?.port ?? DEFAULT_ELECTOR_PORT
  if (port === pod.port) {
    context.mistakes.add({
      option: 'port',
      value: port,
      problem: 'is the port of the elector in the same pod',
      remedy: `Give the elector another one: \`${option}\` takes \`elector: { port: ${port + 1} }\``,
    })
  }
  const timing = writeTiming(options.lease ?? {}, 'lease', context.mistakes)
  if (timing.duration < LEAST_DURATION_MS) {
    context.mistakes.add({
      option: 'lease.duration',
      value: seconds(timing.duration),
      problem: `must be at least ${seconds(LEAST_DURATION_MS)}, or a busy machine loses the lead`,
      remedy: 'Raise it',
    })
  }
  const elector = writeElector(context, { ...options.elector, work, lease: context.app, timing })
  const supervises = work === 'supervised' || work === 'job'
  const { folder } = options.elector ?? {}
  const shared = folder === undefined ? undefined : electorFolder(folder)
  return {
    sidecars: [elector],
    volumes: [
      ...(pod.kubernetesApi === true ? [] : [tokenVolume]),
      ...(shared === undefined ? [] : [shared.volume]),
    ],
    mounts: shared === undefined ? [] : [shared.appMount],
    env: { [LEADER_URL_VARIABLE]: `http://127.0.0.1:${port}${ELECTOR_PATHS.leader}` },
    // An elector can only end what it can see; that it may, the common user id sees to.
    ...(supervises && { spec: { shareProcessNamespace: true } }),
  }
}

/** The app itself talks to the API, so it gets the token. */
function heldByApp(
  { app, mistakes }: WorkloadContext,
  { options, pod }: EmitElectionProps,
): PodAdditions {
  const isMounted = pod.kubernetesApi === true
  return {
    volumes: isMounted ? [] : [tokenVolume],
    mounts: isMounted ? [] : [tokenMount],
    env: leaseVariables(app, writeTiming(options.lease ?? {}, 'lease', mistakes)),
  }
}
