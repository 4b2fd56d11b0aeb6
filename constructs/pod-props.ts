import type { IServiceAccount } from 'cdk8s-plus-27'
import type { ConfigFiles } from './config-files.ts'
import type { ContainerProps, SecretFiles, SidecarProps } from './container.ts'
import type { Network } from './network-policy.ts'
import type { OptionNames } from './option-names.ts'
import type { ScratchFolders } from './pod-volumes.ts'
import type { Health } from './probe.ts'
import type { Shutdown } from './shutdown.ts'
import type { Waiver } from './waiver.ts'

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
  image: true,
  command: true,
  args: true,
  env: true,
  resources: true,
  shutdown: true,
  files: true,
  secretFiles: true,
  scratch: true,
  sidecars: true,
  initContainers: true,
  network: true,
  serviceAccount: true,
  kubernetesApi: true,
  priorityClass: true,
  waivers: true,
} satisfies OptionNames<PodProps>

export const SERVED_OPTIONS = { port: true, health: true } satisfies OptionNames<ServedProps>
