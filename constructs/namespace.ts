import { Chart } from 'cdk8s'
import type { Construct, IConstruct } from 'constructs'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { INamespace } from 'kubernetes-models/v1'
import { EmittedObject } from './emitted-object.ts'
import { Environment } from './environment.ts'
import { Mistakes } from './mistakes.ts'
import { nowhere } from './nowhere.ts'
import { type Options, optional, readOptions } from './options.ts'
import { placeOf, readId } from './place.ts'
import { flag, oneOf, text } from './value-shapes.ts'

const BRAND = Symbol.for('lockstep.Namespace')

export interface NamespaceProps {
  /**
   * Whether somebody else makes the namespace. Then nothing is emitted for the namespace itself.
   *
   * @default false
   */
  readonly existing?: boolean

  /**
   * Who answers for the apps in it.
   *
   * @default - the environment's owner
   */
  readonly owner?: string

  /**
   * Pod Security Standard that the API server enforces on every pod. What an app makes meets
   * `'restricted'`; pods of others in the namespace may not
   * (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
   *
   * @default 'restricted'
   */
  readonly podSecurity?: 'restricted' | 'baseline' | 'privileged'
}

const NAMESPACE_OPTIONS = {
  existing: optional(flag),
  owner: optional(text('platform-team')),
  podSecurity: optional(oneOf(['restricted', 'baseline', 'privileged'])),
} satisfies Options<NamespaceProps>

/**
 * A Kubernetes namespace and the apps in it. Its id is its name.
 *
 * Emits the Namespace, with Pod Security enforced, and a NetworkPolicy that denies what no app
 * allows for itself.
 */
export class Namespace extends Chart {
  /** `metadata.name`, the construct's id, and `metadata.namespace` of all apps in it. */
  readonly name: string
  /** The label `owner` of it and its apps; the environment's if none was given. */
  readonly owner: string
  readonly environment: Environment

  constructor(scope: Construct, id: string, props: NamespaceProps = {}) {
    super(...placeOf(scope, id), { namespace: id, disableResourceNameHashes: true })
    Object.defineProperty(this, BRAND, { value: true })
    const mistakes = new Mistakes(this)
    const { existing, owner, podSecurity } = readOptions<NamespaceProps>(
      props,
      NAMESPACE_OPTIONS,
      mistakes,
    )
    this.name = readId(this, { example: 'shop' }, mistakes)
    const environment = Environment.tryOf(this)
    if (environment === undefined) reportOutside(mistakes)
    this.environment = environment ?? nowhere()
    this.owner = owner ?? this.environment.owner
    if (existing !== true) this.#emit(podSecurity ?? 'restricted')
  }

  /** The nearest namespace around a construct, `undefined` if there is none. */
  static tryOf(construct: IConstruct): Namespace | undefined {
    return construct.node.scopes.findLast((scope): scope is Namespace => BRAND in scope)
  }

  /** The namespace that a construct is in. @throws {OutsideNamespaceError} */
  static override of(construct: IConstruct): Namespace {
    const namespace = Namespace.tryOf(construct)
    if (namespace === undefined) throw new OutsideNamespaceError(construct.node.path)
    return namespace
  }

  #emit(podSecurity: string): void {
    const labels = {
      'app.kubernetes.io/managed-by': 'lockstep',
      owner: this.owner,
      env: this.environment.name,
    }
    const standard = Object.fromEntries(
      ['enforce', 'audit', 'warn'].map((mode) => [
        `pod-security.kubernetes.io/${mode}`,
        podSecurity,
      ]),
    )
    new EmittedObject<INamespace>(this, 'Namespace', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.name, labels: { ...labels, ...standard } },
    })
    new EmittedObject<INetworkPolicy>(this, 'DefaultDeny', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: this.name, labels },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    })
  }
}

const reportOutside = (mistakes: Mistakes): void =>
  mistakes.add({
    option: 'scope',
    problem: 'is in no environment, so the namespace has no folder on the deploy branch',
    remedy: "Make it in an `Environment`: `new Namespace(prod, 'shop')`",
  })

/** An app is in no namespace. */
export class OutsideNamespaceError extends Error {
  override readonly name = 'OutsideNamespaceError'
  readonly code = 'OUTSIDE_NAMESPACE'
  readonly remedy = "Make it inside one: `const shop = new Namespace(environment, 'shop')`"

  constructor(path: string) {
    super(`App '${path}' is in no namespace`)
  }
}
