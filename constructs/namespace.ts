import { Chart } from 'cdk8s'
import type { Construct, IConstruct } from 'constructs'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { INamespace } from 'kubernetes-models/v1'
import { dnsLabelProblem } from '../manifests/names.ts'
import { EmittedObject } from './emitted-object.ts'
import { Environment } from './environment.ts'
import { Mistakes } from './mistakes.ts'

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
   * Pod Security Standard that the API server enforces on every pod.
   *
   * @default 'restricted'
   */
  readonly podSecurity?: 'restricted' | 'baseline' | 'privileged'
}

/**
 * A Kubernetes namespace and the apps in it. Its id is its name.
 *
 * Emits the Namespace, with Pod Security enforced, and a NetworkPolicy that denies what no app
 * allows for itself.
 */
export class Namespace extends Chart {
  readonly name: string
  readonly owner: string
  readonly environment: Environment

  constructor(scope: Construct, id: string, props: NamespaceProps = {}) {
    super(scope, id, { namespace: id, disableResourceNameHashes: true })
    Object.defineProperty(this, BRAND, { value: true })
    this.name = id
    this.environment = Environment.of(this)
    this.owner = props.owner ?? this.environment.owner
    const problem = dnsLabelProblem(id)
    if (problem !== undefined) {
      new Mistakes(this).add({ option: 'id', value: id, problem, remedy: 'Use a name like `shop`' })
    }
    if (props.existing !== true) this.#emit(props.podSecurity ?? 'restricted')
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

/** An app is in no namespace. */
export class OutsideNamespaceError extends Error {
  override readonly name = 'OutsideNamespaceError'
  readonly code = 'OUTSIDE_NAMESPACE'
  readonly remedy = "Make it inside one: `const shop = new Namespace(environment, 'shop')`"

  constructor(path: string) {
    super(`App '${path}' is in no namespace`)
  }
}
