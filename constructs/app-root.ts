import { ApiObject } from 'cdk8s'
import type { IConstruct } from 'constructs'
import { NAMESPACE_APP } from '../manifests/layout.ts'
import { Environment } from './environment.ts'
import { Namespace } from './namespace.ts'

/**
 * The app that an object belongs to: the outermost construct around it below its namespace, or
 * below its environment if it is in no namespace. Its id is a folder of the deploy branch.
 */
export function appOf(object: IConstruct): string {
  const scopes = object.node.scopes
  const container = Namespace.tryOf(object) ?? Environment.tryOf(object)
  const root = container === undefined ? undefined : scopes[scopes.indexOf(container) + 1]
  const isLoose = root === object && ApiObject.isApiObject(object)
  return root === undefined || isLoose ? NAMESPACE_APP : root.node.id
}
