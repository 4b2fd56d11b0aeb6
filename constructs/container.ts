import type { ISecret } from 'cdk8s-plus-27'
import type { IIoK8sApiCoreV1Container } from 'kubernetes-models/v1/Container'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { list, map } from './collection-shapes.ts'
import {
  ENVIRONMENT_VARIABLE,
  type EnvironmentVariables,
  writeEnvironmentVariables,
} from './environment-variable.ts'
import { IMAGE, MISSING_IMAGE, parseImage } from './image.ts'
import type { Mistakes } from './mistakes.ts'
import { type Options, optional, record, required } from './options.ts'
import { RESOURCES, type Resources, STAND_IN_RESOURCES, writeResources } from './quantities.ts'
import { containerSecurity } from './security.ts'
import { anyText, PORT, reference, text } from './value-shapes.ts'
import type { Written } from './written.ts'

/** What every container needs to say, main or beside it. */
export interface ContainerProps {
  /**
   * Image, pinned by digest: a tag can move, and then the cluster changes without a commit.
   * Elsewhere than in a development environment a bare tag is an error, unless the app waives
   * `image/digest`.
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

export const SECRET_FILES = map(
  reference<ISecret>(
    'an existing Secret of cdk8s-plus',
    "Secret.fromSecretName(scope, 'db', 'db-credentials')",
  ),
  "'/etc/secrets/db'",
)

export const CONTAINER_OPTIONS = {
  image: required(IMAGE, MISSING_IMAGE),
  command: optional(list(anyText('/bin/server'))),
  args: optional(list(anyText('--verbose'))),
  env: optional(map(ENVIRONMENT_VARIABLE, 'LOG_LEVEL')),
  resources: required(RESOURCES, STAND_IN_RESOURCES),
} satisfies Options<ContainerProps>

const EXAMPLE = "{ image: '…', resources: { … } }"

export const INIT_CONTAINERS = map(record<ContainerProps>(CONTAINER_OPTIONS, EXAMPLE), 'migrate')

const STARTED = record<NonNullable<SidecarProps['started']>>(
  { path: required(text('/ready'), '/ready'), port: required(PORT, 8080) },
  "{ path: '/ready', port: 8081 }",
)

export const SIDECARS = map(
  record<SidecarProps>({ ...CONTAINER_OPTIONS, started: optional(STARTED) }, EXAMPLE),
  'proxy',
)

export interface WriteContainerProps extends ContainerProps {
  readonly name: string
  /** How the user calls its image: `sidecars.proxy.image`. */
  readonly imageOption: string
  readonly mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
  /** Whether a tag alone will not do. */
  readonly needsDigest: boolean
  readonly mistakes: Mistakes
}

/** The part of a container that all kinds of containers share. */
export function writeContainer(props: WriteContainerProps): Written<IIoK8sApiCoreV1Container> {
  const { name, image, command, args, env, resources, mounts } = props
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
    resources: writeResources(resources),
    securityContext: containerSecurity,
    volumeMounts: mounts,
  }
}

function checkImage({ imageOption, image, needsDigest, mistakes }: WriteContainerProps): void {
  if (!needsDigest || parseImage(image)?.digest !== undefined) return
  mistakes.add({
    option: imageOption,
    value: image,
    problem: 'must be pinned by digest',
    remedy: `Append the digest, as \`${image}@sha256:…\`, mark the environment \`development: true\`, or say why not: \`waivers: [waive('image/digest', '…')]\``,
  })
}
