import { ApiObject } from 'cdk8s'
import type { IConstruct } from 'constructs'
import { checkObjects } from '../checks/check-objects.ts'
import { everyRule } from '../checks/every-rule.ts'
import type { Finding } from '../checks/finding.ts'
import type { Rule } from '../checks/rule.ts'
import { emitYaml } from '../manifests/emit-yaml.ts'
import { describeIdentity, identityOf } from '../manifests/identity.ts'
import { isKubernetesObject, type KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectPath } from '../manifests/layout.ts'
import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import { appOf } from './app-root.ts'
import { findingsOfStates, type StateOfApp, statesOf } from './check-states.ts'
import { originOf, withOrigin } from './construct-origin.ts'
import { Environment } from './environment.ts'
import { extraFilesOf } from './extra-file.ts'
import { Namespace } from './namespace.ts'
import type { Synthesis } from './synthesis.ts'
import { twinOf } from './twin.ts'

/** The rules that the tree itself can break, before there are objects. */
const TREE_RULES = {
  option: 'construct/option',
  id: 'construct/same-id',
  outside: 'construct/outside-environment',
  unwritable: 'construct/unwritable',
  path: 'construct/same-path',
  environment: 'construct/same-environment',
} as const

interface Entry {
  readonly construct: IConstruct
  readonly environment: Environment
  readonly object: KubernetesObject
  readonly text: string
}

interface Extra {
  readonly environment: Environment | undefined
  readonly file: RenderedFile
}

/**
 * Renders the whole tree in one walk and checks what came out. Pure but for reading the source
 * locations: same tree, same bytes. Throws nothing for mistakes of the user: they are findings.
 *
 * @param rules what the objects are held against; whoever only writes needs no warnings
 */
export function synthesizeTree(root: IConstruct, rules: readonly Rule[] = everyRule): Synthesis {
  const findings: Finding[] = []
  const entries: Entry[] = []
  const extras: Extra[] = []
  const environments: Environment[] = []
  const states: StateOfApp[] = []
  const all = root.node.findAll()
  findings.push(...all.flatMap(optionFindings), ...all.flatMap(sameId))
  for (const construct of withoutTwins(all)) {
    if (construct === Environment.tryOf(construct)) environments.push(construct as Environment)
    states.push(...statesOf(construct))
    if (ApiObject.isApiObject(construct)) {
      const entry = renderEntry(construct, findings)
      if (entry !== undefined) entries.push(entry)
    }
    extras.push(...renderExtras(construct))
  }
  findings.push(...sameEnvironments(environments))
  const renderings = environments.map((environment) => {
    const own = entries.filter((entry) => entry.environment === environment)
    const ownStates = states.filter(({ app }) => Environment.tryOf(app) === environment)
    findings.push(...objectFindings(environment, own, ownStates, rules))
    const ownExtras = extras.filter((extra) => extra.environment === environment)
    return renderEnvironment(
      environment,
      own,
      ownExtras.map(({ file }) => file),
      findings,
    )
  })
  return { renderings: renderings.sort(byEnvironment), findings }
}

const renderExtras = (construct: IConstruct): Extra[] =>
  extraFilesOf(construct).map(({ path, text }) => ({
    environment: Environment.tryOf(construct),
    file: withOrigin({ path, text: text(), app: appKeyOf(construct) }, construct),
  }))

function renderEntry(construct: ApiObject, findings: Finding[]): Entry | undefined {
  const environment = Environment.tryOf(construct)
  if (environment === undefined) {
    // A namespace in no environment has said so itself, once for all that it holds.
    if (Namespace.tryOf(construct) !== undefined) return undefined
    findings.push(
      treeFinding(TREE_RULES.outside, construct, {
        message: `${construct.kind} '${construct.name}' is in no environment, so it has no folder on the deploy branch`,
        remedy: "Make it inside an `Environment`: `new Environment(app, 'prod', { … })`",
      }),
    )
    return undefined
  }
  try {
    const object = withoutStrayNamespace(construct.toJson())
    if (!isKubernetesObject(object)) {
      throw new TypeError('it lost its apiVersion, kind or metadata.name')
    }
    // kubectl and Flux take every object with `items` apart and apply what nobody has checked.
    if (Array.isArray(object.items)) throw new TypeError('it is a list; make each item by itself')
    return { construct, environment, object, text: emitYaml(object) }
  } catch (error) {
    findings.push(
      treeFinding(TREE_RULES.unwritable, construct, {
        message: `${construct.kind} '${construct.name}' cannot be rendered: ${(error as Error).message}`,
        remedy: 'Correct the value, or the patch that made it',
      }),
    )
    return undefined
  }
}

/** Without what second constructs of one id make, or all of that would be made twice too. */
const withoutTwins = (all: readonly IConstruct[]): readonly IConstruct[] =>
  all.some(twinOf) ? all.filter(({ node }) => !node.scopes.some(twinOf)) : all

function sameId(construct: IConstruct): Finding[] {
  const first = twinOf(construct)
  if (first === undefined) return []
  const scope = construct.node.scope?.node.path || 'the app'
  const finding = treeFinding(TREE_RULES.id, construct, {
    message: `'${construct.node.id}' is made twice in ${scope}`,
    remedy: 'Give one of the two another id, or remove it',
  })
  return [{ ...finding, otherOrigin: originOf(first) }]
}

/** One would undo what the other has published: an environment is one folder. */
function sameEnvironments(environments: readonly Environment[]): Finding[] {
  const byName = new Map<string, Environment>()
  return environments.flatMap((environment) => {
    const other = byName.get(environment.name)
    byName.set(environment.name, environment)
    if (other === undefined) return []
    return treeFinding(TREE_RULES.environment, environment, {
      message: `Environment '${environment.name}' is made twice, also by ${other.node.path}`,
      remedy: 'Make it once and put all of its apps into it, or give one of them another id',
    })
  })
}

/** cdk8s stamps the chart's namespace on everything in it, also on what is in no namespace. */
function withoutStrayNamespace(object: unknown): unknown {
  if (!isKubernetesObject(object) || identityOf(object).namespace !== undefined) return object
  const { namespace, ...metadata } = object.metadata
  return namespace === undefined ? object : { ...object, metadata }
}

function optionFindings(construct: IConstruct): Finding[] {
  return construct.node
    .validate()
    .map((message) => treeFinding(TREE_RULES.option, construct, splitRemedy(message)))
}

/** Validations are text, as cdk8s has them; ours end with what to write instead. */
function splitRemedy(message: string): { message: string; remedy: string } {
  const end = message.lastIndexOf('. ')
  if (end < 0) return { message, remedy: 'Correct the option' }
  return { message: message.slice(0, end), remedy: message.slice(end + 2) }
}

function objectFindings(
  environment: Environment,
  entries: readonly Entry[],
  states: readonly StateOfApp[],
  rules: readonly Rule[],
): readonly Finding[] {
  const { targetVersion, external, zones } = environment
  const options = { rules, targetVersions: [targetVersion], external, zones }
  const checked = entries.map(({ construct, object }) => withOrigin({ object }, construct))
  const findings = checkObjects(checked, options)
  return [...findings, ...findingsOfStates(entries, states, findings, options)]
}

function renderEnvironment(
  environment: Environment,
  entries: readonly Entry[],
  extras: readonly RenderedFile[],
  findings: Finding[],
): Rendering {
  const byPath = new Map<string, RenderedFile>(extras.map((file) => [file.path, file]))
  for (const { construct, object, text } of entries) {
    const path = objectPath(object, appOf(construct))
    const file = withOrigin({ path, text, app: appKeyOf(construct), object }, construct)
    const other = byPath.get(path)
    if (other === undefined) byPath.set(path, file)
    else findings.push(samePath(construct, object, other))
  }
  return {
    environment: environment.name,
    targetVersion: environment.targetVersion,
    external: environment.external,
    zones: environment.zones,
    files: [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

function samePath(construct: IConstruct, object: KubernetesObject, other: RenderedFile): Finding {
  return treeFinding(TREE_RULES.path, construct, {
    message: `${describeIdentity(identityOf(object))} is made twice, also by ${other.origin?.constructPath}`,
    remedy: 'Give one of them another id, or remove it',
  })
}

function treeFinding(
  rule: string,
  construct: IConstruct,
  { message, remedy }: { message: string; remedy: string },
): Finding {
  const origin = originOf(construct)
  return { rule, severity: 'error', object: construct.node.path, message, remedy, origin }
}

function appKeyOf(construct: IConstruct): string {
  return `${Namespace.tryOf(construct)?.name ?? '_cluster'}/${appOf(construct)}`
}

const byEnvironment = (a: Rendering, b: Rendering) => (a.environment < b.environment ? -1 : 1)
