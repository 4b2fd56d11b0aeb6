import { styleText } from 'node:util'
import { Command } from 'commander'
import { ruleById, ruleDescriptions } from '../checks/all-rules.ts'
import type { RuleDescription } from '../checks/rule.ts'
import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { waiverAnnotation } from '../checks/waiver.ts'
import { describeIdentity, identityOf } from '../manifests/identity.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { describeOrigin } from '../manifests/origin.ts'
import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import { NOT_SHOWN } from '../manifests/secret-values.ts'
import { explainLock } from './explain-lock.ts'
import { type ExplainedField, explainFields } from './explain-object.ts'
import { readProjectConfig } from './project-config.ts'
import { repeatable } from './repeatable.ts'
import { selectEnvironments } from './select-environments.ts'
import { synthesize } from './synthesize.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep explain`: where an object comes from and why it is as it is, or what a rule means. */
export const explainCommand = (terminal: Terminal): Command =>
  new Command('explain')
    .description(
      'Tell where an object comes from and why its fields have their values, or what a rule means',
    )
    .argument(
      '<subject>',
      'a rule (`pdb/never-evictable`), or an object (`deployment/checkout`, `Deployment.apps shop/checkout`)',
    )
    .argument('[name]', 'the rest of an object written in two words')
    .option(
      '-a, --app <command>',
      'command that runs the app definitions (default: `app` in cdk8s.yaml)',
    )
    .option('-e, --env <name>', 'look in this environment only; may be repeated', repeatable)
    .action((subject: string, name: string | undefined, options: ExplainOptions) =>
      runExplain(name === undefined ? subject : `${subject} ${name}`, options, terminal),
    )

interface ExplainOptions {
  readonly app?: string
  readonly env?: readonly string[]
}

async function runExplain(
  subject: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  const rule = ruleById(subject)
  if (rule !== undefined) {
    terminal.out(renderRule(rule))
    return
  }
  const config = readProjectConfig(terminal.cwd)
  const { renderings } = await synthesize({
    app: options.app ?? config.app,
    detail: 'origins',
    terminal,
  })
  const found = selectEnvironments(renderings, options.env).flatMap((rendering) =>
    rendering.files.flatMap((file) =>
      file.object !== undefined && (isMeant(subject, file.object) || isMadeBy(subject, file))
        ? [{ rendering, file, object: file.object }]
        : [],
    ),
  )
  if (found.length === 0) throw new NothingToExplainError(subject, nearest(subject, renderings))
  terminal.out(found.map((match) => renderObject(match, terminal.color)).join('\n'))
}

/** Neither a rule nor an object is called so. */
export class NothingToExplainError extends Error {
  override readonly name = 'NothingToExplainError'
  readonly code = 'NOTHING_TO_EXPLAIN'
  readonly remedy: string

  /** @param meant what was meant, if anything is near */
  constructor(subject: string, meant?: string) {
    super(`Nothing is called '${subject}': no rule, and no object of the app definitions`)
    const forms = 'Write a rule as `area/rule`, or an object as `kind/name` or as check prints it'
    this.remedy = meant === undefined ? forms : `Did you mean '${meant}'? ${forms}`
  }
}

function nearest(subject: string, renderings: readonly Rendering[]): string | undefined {
  const identities = renderings.flatMap(({ files }) =>
    files.flatMap(({ object }) => (object === undefined ? [] : identityOf(object))),
  )
  return didYouMean(subject, [
    ...ruleDescriptions.map(({ id }) => id),
    ...identities.flatMap(({ kind, name }) => [name, `${kind.toLowerCase()}/${name}`]),
    ...identities.map(describeIdentity),
  ])
}

/** `Deployment.apps shop/web`, `deployment/web`, `deployment/shop/web` and `web` all mean the same. */
function isMeant(subject: string, object: KubernetesObject): boolean {
  const identity = identityOf(object)
  if (subject === describeIdentity(identity)) return true
  const parts = subject.toLowerCase().split(/[/\s]+/)
  const wanted = [identity.kind.toLowerCase(), identity.namespace ?? '', identity.name]
  const [first = '', second, third] = parts
  if (second === undefined) return first === identity.name
  if (first.split('.')[0] !== wanted[0]) return false
  return third === undefined
    ? second === identity.name
    : second === wanted[1] && third === identity.name
}

/** The path of a construct, as findings have it, means all objects that it makes. */
const isMadeBy = (subject: string, { origin }: RenderedFile): boolean =>
  `${origin?.constructPath}/`.startsWith(`${subject}/`)

function renderRule({ id, severity, title, why, peers }: RuleDescription): string {
  const others =
    peers === undefined || peers.length === 0 ? '' : `\nKnown elsewhere as ${peers.join(', ')}.\n`
  return `${id} (${severity})\n\n${title}.\n\n${why}\n${others}
To break it knowingly: waivers: [waive('${id}', 'why')], or the annotation
${waiverAnnotation(id)}: why
`
}

interface Match {
  readonly rendering: Rendering
  readonly file: RenderedFile
  readonly object: KubernetesObject
}

function renderObject({ rendering, file, object }: Match, color: boolean): string {
  const paint = (style: 'bold' | 'dim', text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text
  const fields = explainFields(object).map(
    (field) =>
      `  ${paint('bold', field.path)}: ${shownValue(field)}\n      ${paint('dim', reasonOf(field))}`,
  )
  return `${paint('bold', describeIdentity(identityOf(object)))} in ${rendering.environment}
  made by   ${describeOrigin(file.origin ?? {})}
  written   ${rendering.environment}/${file.path}
${explainLock(object, rendering)
  .map((line) => `${line}\n`)
  .join('')}
${fields.join('\n')}
`
}

const shownValue = ({ value }: ExplainedField): string =>
  value === NOT_SHOWN ? NOT_SHOWN : (JSON.stringify(value) ?? '')

function reasonOf({ reason }: ExplainedField): string {
  if (reason === undefined) return 'as your own object or a patch has it'
  const option = reason.option === undefined ? '' : ` [option: ${reason.option}]`
  const rule = reason.rule === undefined ? '' : ` (${reason.rule})`
  return `${reason.why}${option}${rule}`
}
