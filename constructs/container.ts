import type { ISecret } from 'cdk8s-plus-27'
import type { IIoK8sApiCoreV1Container } from 'kubernetes-models/v1/Container'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { type EnvironmentVariables, writeEnvironmentVariables } from './environment-variable.ts'
import { parseImage } from './image.ts'
import type { Mistakes } from './mistakes.ts'
import { type Resources, writeResources } from './quantities.ts'
import { containerSecurity } from './security.ts'
import type { Written } from './written.ts'

/** What every container needs to say, main or beside it. */
export interface ContainerProps {
  /**
   * Image, pinned by digest: a tag can move, and then the cluster changes without a commit.
   * Elsewhere than in a development environment a bare tag is an error.
   */
  readonly image: string

  /**
   * Program and arguments in place of the image's entry point, as a list: a shell as first process
   * passes no signals on, so the app would be killed instead of drained.
   *
   * @default - the image's entry point
   */
  readonly command?: readonly string[]

  /**
   * Arguments to the program.
   *
   * @default - the image's own
   */
  readonly args?: readonly string[]

  /**
   * Environment variables.
   *
   * @default - none
   */
  readonly env?: EnvironmentVariables

  /** CPU, memory and scratch space. There is no default that fits two apps. */
  readonly resources: Resources
}

/** A container that runs beside the app's own, before it or as long as it. */
export interface SidecarProps extends ContainerProps {
  /**
   * Path of an HTTP GET that succeeds once it is up, and the port to ask. Containers after it wait
   * for that.
   *
   * @default - nobody waits
   */
  readonly started?: { readonly path: string; readonly port: number }
}

/** Existing Secrets mounted as folders, by absolute path in the container. */
export type SecretFiles = Readonly<Record<string, ISecret>>

export interface WriteContainerProps extends ContainerProps {
  readonly name: string
  readonly mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
  readonly isDevelopment: boolean
  readonly mistakes: Mistakes
}

/** The part of a container that all kinds of containers share. */
export function writeContainer(props: WriteContainerProps): Written<IIoK8sApiCoreV1Container> {
  const { name, image, command, args, env, mounts } = props
  checkImage(props)
  return {
    name,
    image,
    // A digest is the same bits from wherever, so a registry that is down stops no restart.
    imagePullPolicy: parseImage(image)?.digest === undefined ? 'Always' : 'IfNotPresent',
    command,
    args,
    env:
      env === undefined || Object.keys(env).length === 0
        ? undefined
        : writeEnvironmentVariables(env),
    resources: writeCheckedResources(props),
    securityContext: containerSecurity,
    volumeMounts: mounts,
  }
}

function checkImage({ name, image, isDevelopment, mistakes }: WriteContainerProps): void {
  const parsed = parseImage(image)
  const option = name === '' ? 'image' : `image of ${name}`
  if (image === undefined) {
    mistakes.add({
      option,
      problem: 'must be given',
      remedy: 'Write it as `registry.example.com/repository:tag@sha256:…`',
    })
  } else if (parsed === undefined) {
    mistakes.add({
      option,
      value: image,
      problem: 'is not an image reference',
      remedy: 'Write it as `registry.example.com/repository:tag@sha256:…`',
    })
  } else if (parsed.digest === undefined && !isDevelopment) {
    mistakes.add({
      option,
      value: image,
      problem: 'must be pinned by digest',
      remedy: `Append the digest, as \`${image}@sha256:…\`, or mark the environment \`development: true\``,
    })
  }
}

function writeCheckedResources({ resources, mistakes }: WriteContainerProps) {
  // The types ask for it, but nobody has to compile.
  if (resources === undefined) {
    mistakes.add({
      option: 'resources',
      problem: 'must be given',
      remedy:
        "Measure the program under load, and write `resources: { cpu: '250m', memory: '256Mi' }`",
    })
    return undefined
  }
  try {
    return writeResources(resources)
  } catch (error) {
    mistakes.add({
      option: 'resources',
      problem: `cannot be written: ${(error as Error).message}`,
      remedy: "Write Kubernetes quantities, as `{ cpu: '250m', memory: '256Mi' }`",
    })
    return undefined
  }
}
