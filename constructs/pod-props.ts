import type { IServiceAccount } from 'cdk8s-plus-27'
import { CONFIG_FILES, type ConfigFiles } from './config-files.ts'
import {
  CONTAINER_OPTIONS,
  type ContainerProps,
  INIT_CONTAINERS,
  SECRET_FILES,
  type SecretFiles,
  SIDECARS,
  type SidecarProps,
} from './container.ts'
import { NETWORK, type Network } from './network-policy.ts'
import { type Options, optional, required } from './options.ts'
import { SCRATCH, type ScratchFolders } from './pod-volumes.ts'
import { HEALTH, type Health, STAND_IN_HEALTH } from './probe.ts'
import { SHUTDOWN, type Shutdown } from './shutdown.ts'
import { flag, PORT, reference, text } from './value-shapes.ts'
import { WAIVERS, type Waiver } from './waiver.ts'

/** What all apps share: the pod, and who may talk to it. */
export interface PodProps extends ContainerProps {
  /**
   * How long the pod goes on after its end was decided.
   *
   * @default - 10 s as before, then 30 s after SIGTERM
   */
  readonly shutdown?: Shutdown

  /**
   * Configuration files by absolute path. A changed file is a new revision of the app.
   *
   * @default - none
   */
  readonly files?: ConfigFiles

  /**
   * Existing Secrets, each mounted as a folder. Their content never comes near Git.
   *
   * @default - none
   */
  readonly secretFiles?: SecretFiles

  /**
   * Further writable folders, with the most that they may hold. The root file system is read-only.
   *
   * @default - `/tmp` with 64Mi
   */
  readonly scratch?: ScratchFolders

  /**
   * Containers that run as long as the app's own and start before it.
   *
   * @default - none
   */
  readonly sidecars?: Readonly<Record<string, SidecarProps>>

  /**
   * Containers that run to their end before the app's own starts, in the order given here.
   *
   * @default - none
   */
  readonly initContainers?: Readonly<Record<string, ContainerProps>>

  /**
   * Who may talk to the app and whom it may talk to.
   *
   * @default - the router of its `traffic` in, DNS out
   */
  readonly network?: Network

  /**
   * Existing identity to run as.
   *
   * @default - one of its own, with no rights
   */
  readonly serviceAccount?: IServiceAccount

  /**
   * Whether the app talks to the Kubernetes API: mounts a token that is renewed every hour.
   *
   * @default false
   */
  readonly kubernetesApi?: boolean

  /**
   * Name of an existing PriorityClass.
   *
   * @default - the cluster's default
   */
  readonly priorityClass?: string

  /**
   * Rules that are broken knowingly, made by `waive`.
   *
   * @default - none
   */
  readonly waivers?: readonly Waiver[]
}

/** What an app that listens says in addition. */
export interface ServedProps {
  /** Port that it listens on, above 1023 since it is not root. */
  readonly port: number
  /** How Kubernetes learns whether to send traffic, and whether to restart. */
  readonly health: Health
}

export const POD_OPTIONS = {
  ...CONTAINER_OPTIONS,
  shutdown: optional(SHUTDOWN),
  files: optional(CONFIG_FILES),
  secretFiles: optional(SECRET_FILES),
  scratch: optional(SCRATCH),
  sidecars: optional(SIDECARS),
  initContainers: optional(INIT_CONTAINERS),
  network: optional(NETWORK),
  serviceAccount: optional(
    reference<IServiceAccount>(
      'an existing ServiceAccount of cdk8s-plus',
      "ServiceAccount.fromServiceAccountName(scope, 'identity', 'web')",
    ),
  ),
  kubernetesApi: optional(flag),
  priorityClass: optional(text('high')),
  waivers: optional(WAIVERS),
} satisfies Options<PodProps>

export const SERVED_OPTIONS = {
  port: required(PORT, 8080),
  health: required(HEALTH, STAND_IN_HEALTH),
} satisfies Options<ServedProps>

/** Of an app that need not listen. */
export const MAY_SERVE_OPTIONS = {
  port: optional(PORT, 8080),
  health: optional(HEALTH, STAND_IN_HEALTH),
} satisfies Options<Partial<ServedProps>>
