import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { emitYaml, isRecord, type KubernetesObject } from '../manifests/index.ts'
import { BENCH, WORKSPACE } from './rivals.ts'

/** The service that the inputs of the rivals are made from. */
export const MODEL = 'service-0000'

/** A fresh folder for a contestant, with its files in it. */
export function prepareWorkspace(contestant: string): string {
  const folder = join(WORKSPACE, contestant)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(BENCH, 'contestants', contestant), folder, { recursive: true })
  // npx looks for commands in the project that it is called in.
  symlinkSync(join(BENCH, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Writes a chart whose templates are what Lockstep rendered, with a loop and the name as variable. */
export function writeHelmChart(objects: readonly KubernetesObject[]): string {
  const folder = join(WORKSPACE, 'helm', 'chart')
  rmSync(folder, { recursive: true, force: true })
  write(folder, 'Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n')
  write(folder, 'templates/namespace.yaml', objects.filter(isShared).map(emitYaml).join('---\n'))
  const services = objects.filter((object) => !isShared(object))
  const documents = services.map((object) => `---\n${withName(emitYaml(object), '{{ .name }}')}`)
  write(
    folder,
    'templates/services.yaml',
    `{{- range .Values.services }}\n${documents.join('')}{{- end }}\n`,
  )
  return folder
}

export function writeHelmValues(folder: string, services: number): void {
  const names = Array.from({ length: services }, (_, index) => serviceName(index))
  const list = names.map((name) => `  - name: ${name}\n`).join('')
  write(folder, 'values.yaml', `services:\n${list}`)
}

/** Writes the objects as a module of plain objects, as a user of `ApiObject` would have them. */
export function writePlainObjects(folder: string, objects: readonly KubernetesObject[]): void {
  const list = (of: readonly KubernetesObject[]) => withTemplates(JSON.stringify(of, null, 2))
  write(
    folder,
    'objects.ts',
    `export const namespaceObjects = () => (${list(objects.filter(isShared))})

export const serviceObjects = (name: string) => (${list(objects.filter((o) => !isShared(o)))})
`,
  )
}

/** Writes the objects as the classes of cdk8s-plus, as the official template suggests. */
export function writePlusObjects(folder: string, objects: readonly KubernetesObject[]): void {
  const calls = (of: readonly KubernetesObject[], id: string) =>
    of.map((object) => `  ${plusCall(object, id)};\n`).join('')
  write(
    folder,
    'objects.ts',
    `import { k8s } from 'cdk8s-plus-33';
import { Construct } from 'constructs';

export function namespaceObjects(scope: Construct): void {
${calls(objects.filter(isShared), '')}}

export function serviceObjects(scope: Construct, name: string): void {
${calls(
  objects.filter((object) => !isShared(object)),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is written here
  '${name}-',
)}}
`,
  )
}

export const serviceName = (index: number): string => `service-${String(index).padStart(4, '0')}`

const isShared = (object: KubernetesObject): boolean => object.metadata.name !== MODEL

const withName = (text: string, name: string): string => text.replaceAll(MODEL, name)

/** Turns the strings of a JSON text that hold the name into templates. */
const withTemplates = (json: string): string =>
  json.replaceAll(/"([^"]*)"/g, (whole, text: string) =>
    text.includes(MODEL) ? `\`${withName(text, '$' + '{name}')}\`` : whole,
  )

/** The classes that are not named after the kind alone. */
const PLUS_CLASSES: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler: 'KubeHorizontalPodAutoscalerV2',
}

function plusCall(object: KubernetesObject, id: string): string {
  const { apiVersion: _, kind, ...props } = object
  const plusClass = PLUS_CLASSES[kind] ?? `Kube${kind}`
  return `new k8s.${plusClass}(scope, \`${id}${kind}${id === '' ? `-${object.metadata.name}` : ''}\`, ${plusValue(props, [])})`
}

/** cdk8s-plus wraps quantities and what may be a number or a string. */
function plusValue(value: unknown, path: readonly string[]): string {
  if (Array.isArray(value)) return `[${value.map((item) => plusValue(item, path)).join(', ')}]`
  if (isRecord(value)) {
    const fields = Object.entries(value).map(
      ([key, field]) => `${JSON.stringify(key)}: ${plusValue(field, [...path, key])}`,
    )
    return `{ ${fields.join(', ')} }`
  }
  const text = withTemplates(JSON.stringify(value))
  if (isIntOrString(path)) {
    return `k8s.IntOrString.from${typeof value === 'number' ? 'Number' : 'String'}(${text})`
  }
  return isQuantity(path) ? `k8s.Quantity.fromString(${text})` : text
}

const isIntOrString = (path: readonly string[]): boolean => {
  const [parent, key] = path.slice(-2)
  return (
    ['maxSurge', 'maxUnavailable', 'targetPort'].includes(key ?? '') ||
    (key === 'port' &&
      (parent === 'httpGet' || path.includes('egress') || path.includes('ingress')))
  )
}

const isQuantity = (path: readonly string[]): boolean =>
  ['limits', 'requests'].includes(path.at(-2) ?? '') || path.at(-1) === 'sizeLimit'

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
