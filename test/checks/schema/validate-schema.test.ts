import { describe, expect, it } from 'vitest'
import { kubernetesSchemas as schemas } from '../../../checks/schema/kubernetes-schemas.ts'
import { UnknownMinorVersionError } from '../../../checks/schema/minor-versions.ts'
import { validateSchema } from '../../../checks/schema/validate-schema.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { widgetDefinition } from './manifests/widget.ts'
import { validManifests } from './valid-manifests.ts'

const labels = { app: 'web' }

/** A Deployment with something changed in its spec, its pod and its container. */
const deployment = (spec: object, pod: object = {}, container: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...pod },
    },
    ...spec,
  },
})

const inContainer = (container: object) => deployment({}, {}, container)

const problemsOf = (object: KubernetesObject, versions = ['1.31..1.36']) =>
  validateSchema(object, { schemas, versions }).map(
    ({ code, message, remedy }) => `${code}: ${message}. ${remedy}`,
  )

const CONTAINER = 'spec.template.spec.containers[0]'

describe('The schema check finds', () => {
  it.each<[what: string, KubernetesObject, expected: string]>([
    [
      'a misspelt field',
      deployment({ replcas: 3 }),
      'unknown-field: `spec.replcas` is not a field here. Write `replicas`',
    ],
    [
      'a field with another capital',
      deployment({ Replicas: 3 }),
      'unknown-field: `spec.Replicas` is not a field here. Write `replicas`',
    ],
    [
      'a field in the wrong place',
      deployment({ strategy: { type: 'RollingUpdate', maxSurge: 1 } }),
      'unknown-field: `spec.strategy.maxSurge` is not a field here. Remove it. Its fields: rollingUpdate, type',
    ],
    [
      'a field that every JavaScript object has',
      deployment({ constructor: 'x' }),
      'unknown-field: `spec.constructor` is not a field here. Remove it. Its fields: minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template',
    ],
    [
      'fewer pods than none',
      deployment({ replicas: -1 }),
      'invalid-value: `spec.replicas` must be at least 0, got -1. Write a number that is at least 0',
    ],
    [
      'a port that there is not',
      inContainer({ ports: [{ containerPort: 80_800 }] }),
      `invalid-value: \`${CONTAINER}.ports[0].containerPort\` must be at most 65535, got 80800. Write a number that is at most 65535`,
    ],
    [
      'a port in quotes, which would be a name',
      inContainer({ readinessProbe: { httpGet: { port: '8080' } } }),
      `invalid-value: \`${CONTAINER}.readinessProbe.httpGet.port\` must be a port from 1 to 65535 or the name of one, got "8080". Write a number such as 8080, or a name such as 'http'`,
    ],
    [
      'a probe that waits less than no time',
      inContainer({ livenessProbe: { httpGet: { port: 80 }, initialDelaySeconds: -5 } }),
      `invalid-value: \`${CONTAINER}.livenessProbe.initialDelaySeconds\` must be at least 0, got -5. Write a number that is at least 0`,
    ],
    [
      'a number in quotes',
      deployment({ replicas: '3' }),
      'wrong-type: `spec.replicas` must be a whole number, got the string "3". Write 3, without quotes',
    ],
    [
      'a number that is not whole',
      deployment({ replicas: 1.5 }),
      'wrong-type: `spec.replicas` must be a whole number, got the number 1.5. Write a whole number',
    ],
    [
      'a number of more than 32 bits',
      deployment({ replicas: 2 ** 31 }),
      'invalid-value: `spec.replicas` must be a number of 32 bits, got 2147483648. Write a number from -2147483648 to 2147483647',
    ],
    [
      'a truth value in quotes',
      deployment({}, { hostNetwork: 'true' }),
      'wrong-type: `spec.template.spec.hostNetwork` must be true or false, got the string "true". Write true, without quotes',
    ],
    [
      'a number for a text',
      inContainer({ env: [{ name: 'PORT', value: 8080 }] }),
      `wrong-type: \`${CONTAINER}.env[0].value\` must be a string, got the number 8080. Write "8080", in quotes`,
    ],
    [
      'a label that YAML took for a truth value',
      { ...deployment({}), metadata: { name: 'web', labels: { 'example.com/on': true as never } } },
      'wrong-type: `metadata.labels["example.com/on"]` must be a string, got the boolean true. Write "true", in quotes',
    ],
    [
      'a text for a list',
      inContainer({ command: 'run' }),
      `wrong-type: \`${CONTAINER}.command\` must be a list, got the string "run". Write it as an item of a list`,
    ],
    [
      'a null in a list',
      inContainer({ args: [null] }),
      `wrong-type: \`${CONTAINER}.args[0]\` must be a string, got null. Write a string`,
    ],
    [
      'a missing field',
      deployment({ selector: undefined }),
      'missing-field: `spec.selector` is missing. Add it',
    ],
    [
      'a required field that is null',
      deployment({ selector: null }),
      'missing-field: `spec.selector` is missing. Add it',
    ],
    [
      'what the API server requires beyond its schema',
      inContainer({ image: undefined }),
      `missing-field: \`${CONTAINER}.image\` is missing. Add it`,
    ],
    [
      'a value that is near one of the allowed',
      inContainer({ imagePullPolicy: 'IfNotPresnt' }),
      `invalid-value: \`${CONTAINER}.imagePullPolicy\` must be "Always", "IfNotPresent", "Never", got "IfNotPresnt". Write "IfNotPresent"`,
    ],
    [
      'a value that is none of the allowed',
      deployment({ strategy: { type: 'Sometimes' } }),
      'invalid-value: `spec.strategy.type` must be "Recreate", "RollingUpdate", got "Sometimes". Write one of these values',
    ],
    [
      'an amount that is none',
      inContainer({ resources: { limits: { memory: '1GB' } } }),
      `invalid-value: \`${CONTAINER}.resources.limits.memory\` must be a quantity, got "1GB". Write an amount such as '500m', '2', '512Mi' or '1Gi'`,
    ],
    [
      'a port that is neither number nor name',
      inContainer({ livenessProbe: { tcpSocket: { port: true } } }),
      `wrong-type: \`${CONTAINER}.livenessProbe.tcpSocket.port\` must be a whole number or a string, got the boolean true. Write a whole number or a string`,
    ],
    [
      'what is not base64',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web' }, data: { key: 'value!' } },
      'invalid-value: `data.key` must be base64, got "value!". Write it in base64, or under `stringData` if this is a Secret',
    ],
    [
      'a time of a Lease without its microseconds',
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'web' },
        spec: { renewTime: '2026-01-31T12:00:00Z' },
      },
      'invalid-value: `spec.renewTime` must be a time with six decimals, got "2026-01-31T12:00:00Z". Write a time such as \'2026-01-31T12:00:00.000000Z\'',
    ],
    [
      'a field that older target versions lack',
      inContainer({ lifecycle: { stopSignal: 'SIGUSR1' } }),
      `not-in-version: \`${CONTAINER}.lifecycle.stopSignal\` exists from 1.33 on, the targets include 1.31 and 1.32. Remove it, or leave 1.31 and 1.32 out of the target versions`,
    ],
    [
      'a value that older target versions lack',
      deployment({}, { tolerations: [{ key: 'sla', operator: 'Gt', value: '1' }] }),
      'not-in-version: `spec.template.spec.tolerations[0].operator` can be "Gt" from 1.35 on, the targets include 1.31 to 1.34. Remove it, or leave 1.31 to 1.34 out of the target versions',
    ],
    [
      'a field that newer target versions lack',
      deployment({}, { workloadRef: { name: 'web', podGroup: 'web' } }),
      'not-in-version: `spec.template.spec.workloadRef` exists in 1.35 only, the targets include 1.31, 1.32, 1.33, 1.34, 1.36. Remove it, or leave 1.31, 1.32, 1.33, 1.34, 1.36 out of the target versions',
    ],
    [
      'a weight that a route cannot have',
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'web' },
        spec: { rules: [{ backendRefs: [{ name: 'web', port: 80, weight: -1 }] }] },
      },
      'invalid-value: `spec.rules[0].backendRefs[0].weight` must be at least 0, got -1. Write a number that is at least 0',
    ],
  ])('%s', (_, object, expected) => {
    expect(problemsOf(object)).toEqual([expected])
  })

  it('everything at once', () => {
    const object = deployment({ replcas: 1, replicas: 'many' }, { volumes: {} }, { imge: 'web' })
    expect(validateSchema(object, { schemas }).map(({ field }) => field)).toEqual([
      'spec.template.spec.containers[0].imge',
      'spec.template.spec.volumes',
      'spec.replcas',
      'spec.replicas',
    ])
  })
})

describe('The schema check lets through', () => {
  it.each(validManifests.map((object) => [`${object.apiVersion} ${object.kind}`, object] as const))(
    'a valid %s',
    (_, object) => {
      const withWidget = schemas.withDefinitions([widgetDefinition])
      expect(validateSchema(object, { schemas: withWidget, versions: ['1.36'] })).toEqual([])
    },
  )

  it.each<[what: string, KubernetesObject]>([
    ['a null for a field that may be missing', deployment({ replicas: null })],
    ['a field that is undefined', deployment({ unknown: undefined })],
    ['an empty value where the field may be missing', inContainer({ imagePullPolicy: '' })],
    ['an amount as a number', inContainer({ resources: { limits: { cpu: 0.5 } } })],
    ['a field that all target versions have', inContainer({ restartPolicy: 'Always' })],
  ])('%s', (_, object) => {
    expect(problemsOf(object)).toEqual([])
  })

  it('a new field if all target versions have it', () => {
    const object = inContainer({ lifecycle: { stopSignal: 'SIGUSR1' } })
    expect(problemsOf(object, ['1.33..1.36'])).toEqual([])
    expect(problemsOf(object, ['1.33', 'v1.35.2'])).toEqual([])
  })
})

describe('Target versions', () => {
  it.each(['1.27', 'latest', '1.31..1.40', ''])('cannot be %j', (version) => {
    expect(() => validateSchema(deployment({}), { schemas, versions: [version] })).toThrow(
      new UnknownMinorVersionError(version, schemas.minors.names),
    )
  })
})

describe('The schema check reads a field that has a default', () => {
  const gateway = (address: object): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'public', namespace: 'gateways' },
    spec: {
      gatewayClassName: 'shared',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      addresses: [address],
    },
  })

  it('as the API server does, which adds it before it validates', () => {
    expect(problemsOf(gateway({ value: '192.0.2.1' }))).toEqual([])
    expect(problemsOf(gateway({ type: 'IPAddress', value: '192.0.2.1' }))).toEqual([])
  })

  it('and still refuses a value that fits no form', () => {
    expect(problemsOf(gateway({ value: 'not an address' }))).not.toEqual([])
  })
})
