import { Chart } from 'cdk8s'
import type { Construct, IConstruct } from 'constructs'
import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { dnsLabelProblem } from '../manifests/names.ts'
import { type FreezeWindow, freezeWindowProblems } from '../rollouts/freeze-window.ts'
import { parseImage } from './image.ts'
import { DEFAULT_KUBERNETES_VERSION, type KubernetesVersion } from './kubernetes-version.ts'
import { Mistakes } from './mistakes.ts'

const BRAND = Symbol.for('lockstep.Environment')

export interface EnvironmentProps<Image extends string = string, Host extends string = string> {
  /**
   * Who answers for what runs here; becomes the `owner` label of every object.
   */
  readonly owner: string

  /**
   * Images by name, pinned by digest: `registry.example.com/shop/web:1.4@sha256:…`. Keep them in one
   * small committed file, so that a job can move a digest without touching code.
   */
  readonly images: Readonly<Record<Image, string>>

  /**
   * Public host names by name.
   *
   * @default - none
   */
  readonly hosts?: Readonly<Record<Host, string>>

  /**
   * Oldest Kubernetes minor that runs here. Fields that it does not know are not written.
   *
   * @default '1.31'
   */
  readonly targetVersion?: KubernetesVersion

  /**
   * Zones that the nodes are in. What the loss of one leaves, and what a strict spread can deadlock,
   * is computed from it.
   *
   * @default 3
   */
  readonly zones?: number

  /**
   * Whether this is a place to try things: image tags without a digest are allowed.
   *
   * @default false
   */
  readonly development?: boolean

  /**
   * When no release goes on: a cron expression for each start and how long it lasts, in an IANA
   * time zone. An abort always goes through.
   *
   * @default - always open
   */
  readonly freezeWindows?: readonly FreezeWindow[]

  /**
   * Lockstep's own image, pinned by digest. `elected` services and locked jobs run it as a sidecar.
   *
   * @default - none; constructs that need it fail
   */
  readonly lockstepImage?: string

  /**
   * Objects that manifests refer to and something else makes, as `ServiceAccount shop/legacy`.
   *
   * @default - none
   */
  readonly external?: readonly string[]
}

const DEFAULT_ZONES = 3

/**
 * A place where apps run: one top folder of the deploy branch, one sync target. Its id is the name
 * of the folder.
 */
export class Environment<
  Image extends string = string,
  Host extends string = string,
> extends Chart {
  readonly name: string
  readonly owner: string
  readonly targetVersion: KubernetesVersion
  readonly zones: number
  readonly isDevelopment: boolean
  readonly freezeWindows: readonly FreezeWindow[]
  readonly lockstepImage: string | undefined
  readonly external: readonly string[]
  readonly #images: ReadonlyMap<string, string>
  readonly #hosts: ReadonlyMap<string, string>
  readonly #mistakes: Mistakes

  constructor(scope: Construct, id: string, props: EnvironmentProps<Image, Host>) {
    super(scope, id, { disableResourceNameHashes: true })
    Object.defineProperty(this, BRAND, { value: true })
    this.name = id
    this.owner = props.owner
    this.targetVersion = props.targetVersion ?? DEFAULT_KUBERNETES_VERSION
    this.zones = props.zones ?? DEFAULT_ZONES
    this.isDevelopment = props.development ?? false
    this.freezeWindows = props.freezeWindows ?? []
    this.lockstepImage = props.lockstepImage
    this.external = props.external ?? []
    this.#images = new Map(Object.entries<string>(props.images))
    this.#hosts = new Map(Object.entries<string>(props.hosts ?? {}))
    this.#mistakes = new Mistakes(this)
    this.#checkProps()
  }

  /** The nearest environment around a construct, `undefined` if there is none. */
  static tryOf(construct: IConstruct): Environment | undefined {
    return construct.node.scopes.findLast((scope): scope is Environment => BRAND in scope)
  }

  /** The environment that a construct is in. @throws {OutsideEnvironmentError} */
  static override of(construct: IConstruct): Environment {
    const environment = Environment.tryOf(construct)
    if (environment === undefined) throw new OutsideEnvironmentError(construct.node.path)
    return environment
  }

  /** The image of this name, as the environment pins it. A missing one is reported by synth. */
  image(name: Image): string {
    return this.#lookUp('images', this.#images, name)
  }

  /** The public host of this name. A missing one is reported by synth. */
  host(name: Host): string {
    return this.#lookUp('hosts', this.#hosts, name)
  }

  #lookUp(option: string, entries: ReadonlyMap<string, string>, name: string): string {
    const value = entries.get(name)
    if (value !== undefined) return value
    const known = [...entries.keys()].join(', ') || '(none)'
    const meant = didYouMean(name, entries.keys())
    this.#mistakes.add({
      option: `${option}.${name}`,
      problem: `is not set for environment '${this.name}', which knows ${known}`,
      remedy: `${meant === undefined ? 'Add' : `Write '${meant}', or add`} '${name}' to the environment's \`${option}\``,
    })
    // Looks like the real thing, so that the one mistake does not cause others.
    return option === 'images'
      ? `${name}.invalid/missing@sha256:${'0'.repeat(64)}`
      : `${name}.invalid`
  }

  #checkProps(): void {
    const problem = dnsLabelProblem(this.name)
    if (problem !== undefined) {
      this.#mistakes.add({
        option: 'id',
        value: this.name,
        problem,
        remedy: 'Use a name like `prod`',
      })
    }
    if (this.lockstepImage !== undefined && parseImage(this.lockstepImage)?.digest === undefined) {
      this.#mistakes.add({
        option: 'lockstepImage',
        value: this.lockstepImage,
        problem: 'must be pinned by digest',
        remedy: 'Write it as `repository:tag@sha256:…`',
      })
    }
    this.#checkFreezeWindows()
  }

  #checkFreezeWindows(): void {
    for (const [index, window] of this.freezeWindows.entries()) {
      for (const { field, ...mistake } of freezeWindowProblems(window, `freezeWindows[${index}]`)) {
        this.#mistakes.add({ option: field, ...mistake })
      }
    }
  }
}

/** A construct that needs an environment is in none. */
export class OutsideEnvironmentError extends Error {
  override readonly name = 'OutsideEnvironmentError'
  readonly code = 'OUTSIDE_ENVIRONMENT'
  readonly remedy =
    "Make it inside a `Namespace` of an `Environment`: `new Environment(app, 'prod', { … })`"

  constructor(path: string) {
    super(`Construct '${path}' is in no environment`)
  }
}
