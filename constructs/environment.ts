import { Chart } from 'cdk8s'
import type { Construct, IConstruct } from 'constructs'
import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { FreezeWindow } from '../rollouts/freeze-window.ts'
import { ENVIRONMENT_OPTIONS, type EnvironmentProps } from './environment-props.ts'
import { missingImage } from './image.ts'
import { DEFAULT_KUBERNETES_VERSION, type KubernetesVersion } from './kubernetes-version.ts'
import { Mistakes } from './mistakes.ts'
import { readOptions } from './options.ts'
import { placeOf, readId } from './place.ts'

const BRAND = Symbol.for('lockstep.Environment')

const DEFAULT_ZONES = 3

/**
 * A place where apps run: one top folder of the deploy branch, one sync target. Its id is the name
 * of the folder.
 */
export class Environment<
  Image extends string = string,
  Host extends string = string,
> extends Chart {
  /** Folder on the deploy branch, and the label `env` of all that Lockstep makes in it. */
  readonly name: string
  /** The label `owner`, where a namespace has none of its own. */
  readonly owner: string
  /** Oldest Kubernetes minor that manifests are written for and checked against. */
  readonly targetVersion: KubernetesVersion
  readonly zones: number
  /** Whether image tags may be without a digest. */
  readonly isDevelopment: boolean
  /** Written into the plan of every release, and into the gates of other engines. */
  readonly freezeWindows: readonly FreezeWindow[]
  /** What electors and control planes run. Without it, whoever needs it is a mistake. */
  readonly lockstepImage: string | undefined
  /** Objects that checks take for there: `ServiceAccount shop/legacy`. */
  readonly external: readonly string[]
  readonly #images: ReadonlyMap<string, string>
  readonly #hosts: ReadonlyMap<string, string>
  readonly #mistakes: Mistakes
  /** As it was given, readable or not. */
  readonly #given: unknown

  constructor(scope: Construct, id: string, props: EnvironmentProps<Image, Host>) {
    super(...placeOf(scope, id), { disableResourceNameHashes: true })
    Object.defineProperty(this, BRAND, { value: true })
    this.#mistakes = new Mistakes(this)
    this.#given = props
    const options = readOptions<EnvironmentProps>(props, ENVIRONMENT_OPTIONS, this.#mistakes)
    this.name = readId(this, { example: 'prod' }, this.#mistakes)
    this.owner = options.owner
    this.targetVersion = options.targetVersion ?? DEFAULT_KUBERNETES_VERSION
    this.zones = options.zones ?? DEFAULT_ZONES
    this.isDevelopment = options.development ?? false
    this.freezeWindows = options.freezeWindows ?? []
    this.lockstepImage = options.lockstepImage
    this.external = options.external ?? []
    this.#images = new Map(Object.entries(options.images))
    this.#hosts = new Map(Object.entries(options.hosts ?? {}))
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

  #lookUp(option: 'images' | 'hosts', entries: ReadonlyMap<string, string>, name: string): string {
    const value = entries.get(name)
    if (value !== undefined) return value
    if (!this.#isReported(option, name)) this.#reportMissing(option, entries, name)
    // Looks like the real thing, so that the one mistake does not cause others.
    return option === 'images' ? missingImage(name) : `${name}.invalid`
  }

  /** Whether it is given, and was wrong. */
  #isReported(option: 'images' | 'hosts', name: string): boolean {
    if (!isRecord(this.#given)) return true
    const entries = this.#given[option]
    if (entries === undefined) return option === 'images'
    return !isRecord(entries) || Object.hasOwn(entries, name)
  }

  #reportMissing(option: string, entries: ReadonlyMap<string, string>, name: string): void {
    const known = [...entries.keys()].join(', ') || '(none)'
    const meant = didYouMean(String(name), entries.keys())
    this.#mistakes.add({
      option: `${option}.${name}`,
      problem: `is not set for environment '${this.name}', which knows ${known}`,
      remedy: `${meant === undefined ? 'Add' : `Write '${meant}', or add`} '${name}' to the environment's \`${option}\``,
    })
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
