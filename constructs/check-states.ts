import type { IConstruct } from 'constructs'
import { allRules } from '../checks/all-rules.ts'
import { type CheckOptions, checkObjects } from '../checks/check-objects.ts'
import type { Finding } from '../checks/finding.ts'
import { identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { type CheckedState, checkedStatesOf } from './also-check.ts'
import { withOrigin } from './construct-origin.ts'
import { Namespace } from './namespace.ts'

/** An object and the construct that answers for it. */
export interface OwnedObject {
  readonly construct: IConstruct
  readonly object: KubernetesObject
}

/** A state of one app. */
export interface StateOfApp {
  readonly app: IConstruct
  readonly state: CheckedState
}

/** The states that a construct wants checked. */
export const statesOf = (app: IConstruct): StateOfApp[] =>
  checkedStatesOf(app).map((state) => ({ app, state }))

/** What is missing is missing as written too: a state of an app refers to nothing new. */
const RULES = allRules.filter(({ needsWholeSet }) => needsWholeSet !== true)

/**
 * Checks the states that apps will be in although nobody writes them, all apps of one state at once,
 * with all else in their namespaces: what is wrong may lie between two of them. What is wrong as
 * written too is not said again.
 */
export function findingsOfStates(
  written: readonly OwnedObject[],
  states: readonly StateOfApp[],
  found: readonly Finding[],
  options: CheckOptions,
): Finding[] {
  const known = new Set(found.map(keyOf))
  const names = new Set(states.map(({ state }) => state.name))
  return [...names].flatMap((name) => {
    const ofState = states.filter(({ state }) => state.name === name)
    return checkObjects(
      inState(written, ofState).map(({ object, construct }) => withOrigin({ object }, construct)),
      { ...options, rules: RULES },
    )
      .filter((finding) => !known.has(keyOf(finding)))
      .map((finding) => ({ ...finding, message: `${capitalized(name)}: ${finding.message}` }))
  })
}

function inState(written: readonly OwnedObject[], states: readonly StateOfApp[]): OwnedObject[] {
  const apps = new Map<IConstruct, OwnedObject[]>(states.map(({ app }) => [app, []]))
  const namespaces = new Set(states.map(({ app }) => Namespace.tryOf(app)?.name))
  const others: OwnedObject[] = []
  for (const owned of written) {
    const { namespace } = identityOf(owned.object)
    if (namespace !== undefined && !namespaces.has(namespace)) continue
    const app = owned.construct.node.scopes.find((scope) => apps.has(scope))
    const objects = app === undefined ? others : (apps.get(app) ?? others)
    objects.push(owned)
  }
  const changed = states.flatMap(({ app, state }) => {
    const own = apps.get(app) ?? []
    const owners = new Map(own.map(({ object, construct }) => [object, construct]))
    return state
      .objects(own.map(({ object }) => object))
      .map((object) => ({ object, construct: owners.get(object) ?? app }))
  })
  return [...others, ...changed]
}

const keyOf = ({ rule, object, field = '', message }: Finding): string =>
  JSON.stringify([rule, object, field, message])

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
