import { fields, items, text } from '../../manifests/fields.ts'
import {
  credentialIn,
  credentialInAnnotation,
  credentialInArgument,
  credentialInBase64,
} from '../credentials.ts'
import {
  forEachContainer,
  forEachObject,
  forEachOfKind,
  forEachWorkload,
  type Problem,
} from '../for-each.ts'
import type { Rule } from '../rule.ts'

/** SOPS leaves the keys readable and encrypts the values; Flux decrypts them. */
const isEncrypted = (value: unknown): boolean =>
  typeof value === 'string' && /^(ENC\[|RU5DW)/.test(value)

const readable: Rule = {
  id: 'secret/readable',
  severity: 'error',
  title: 'No Secret with readable data is in Git',
  why: 'Base64 is no encryption: whoever can read the repository, now or ever, has the secret, and history keeps it.',
  check: forEachOfKind('/Secret', (secret) => {
    const inData = Object.entries(fields(secret.data)).map(([key, value]) => ['data', key, value])
    const inText = Object.entries(fields(secret.stringData)).map(([key, value]) => [
      'stringData',
      key,
      value,
    ])
    const [first] = [...inData, ...inText].filter(
      ([, , value]) => value !== '' && value !== null && !isEncrypted(value),
    )
    if (first === undefined) return undefined
    return {
      field: `${String(first[0])}["${String(first[1])}"]`,
      message: 'The Secret holds its data in plain sight',
      remedy:
        'Let an operator make it (External Secrets, Sealed Secrets, SOPS), change the credential, and refer to it by name',
    }
  }),
}

const inPod: Rule = {
  id: 'secret/in-pod',
  severity: 'error',
  title: 'No credential is written into a pod template',
  why: 'It is readable in Git, in the API, in `kubectl describe` and in every log that prints the environment.',
  peers: ['kube-linter/env-var-secret', 'polaris/sensitiveContainerEnvVar', 'kubescape/C-0012'],
  check: forEachContainer(({ spec, field }) => [
    ...items(spec.env).flatMap((entry, index) => {
      const { name, value } = fields(entry)
      const what = typeof value === 'string' ? credentialIn(String(name), value) : undefined
      return what === undefined ? [] : found(`${field}.env[${index}].value`, String(name), what)
    }),
    ...[...items(spec.command), ...items(spec.args)].flatMap((part, index, parts) => {
      const what = credentialInArgument(text(part) ?? '', text(parts[index + 1]))
      return what === undefined ? [] : found(`${field}.args`, 'An argument', what)
    }),
  ]),
}

const inConfigMap: Rule = {
  id: 'secret/in-config-map',
  severity: 'error',
  title: 'No credential is written into a ConfigMap',
  why: 'It is readable in Git, and for everybody who may read ConfigMaps, which is usually everybody.',
  peers: ['polaris/sensitiveConfigmapContent', 'kubescape/C-0012'],
  check: forEachOfKind('/ConfigMap', ({ data, binaryData }) => [
    ...Object.entries(fields(data)).flatMap(([key, value]) => {
      const what = credentialIn(key, text(value) ?? '')
      return what === undefined ? [] : found(`data["${key}"]`, key, what)
    }),
    ...Object.entries(fields(binaryData)).flatMap(([key, value]) => {
      const what = credentialInBase64(key, text(value) ?? '')
      return what === undefined ? [] : found(`binaryData["${key}"]`, key, what)
    }),
  ]),
}

const inAnnotation: Rule = {
  id: 'secret/in-annotation',
  severity: 'error',
  title: 'No credential is written into an annotation',
  why: 'It is readable in Git, and for everybody who may read the object, controllers of others included.',
  *check(objects) {
    yield* forEachObject(({ metadata }) =>
      annotationsIn(metadata.annotations, 'metadata.annotations'),
    )(objects)
    yield* forEachWorkload(({ kind, podAnnotations, podField }) =>
      // A Pod is its own template.
      kind === 'Pod'
        ? []
        : annotationsIn(podAnnotations, podField.replace(/spec$/, 'metadata.annotations')),
    )(objects)
  },
}

const annotationsIn = (annotations: unknown, field: string): readonly Problem[] =>
  Object.entries(fields(annotations)).flatMap(([name, value]) => {
    const what = credentialInAnnotation(name, text(value) ?? '')
    return what === undefined ? [] : found(`${field}["${name}"]`, name, what)
  })

/** Never prints the value. */
const found = (field: string, name: string, what: string): Problem => ({
  field,
  message: `${name} looks like ${what}`,
  remedy:
    'Put it into a Secret that an operator makes, and refer to it by the option `secretFiles`, or in `env` by `EnvValue.fromSecretValue`; change the credential',
})

export const secretRules: readonly Rule[] = [readable, inPod, inConfigMap, inAnnotation]
