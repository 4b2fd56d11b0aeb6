import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'

const widgetSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', format: 'int32', minimum: 1, maximum: 10 },
        colour: { type: 'string', enum: ['red', 'blue'] },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 8 },
        memory: {
          'x-kubernetes-int-or-string': true,
          anyOf: [{ type: 'integer' }, { type: 'string' }],
        },
        tags: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string' } },
        extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        limits: { type: 'object', additionalProperties: { type: 'integer' } },
        since: { type: 'string', format: 'date-time' },
        note: { type: 'string', nullable: true },
        address: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
      },
    },
  },
}

/** A kind of a user's own, as its CustomResourceDefinition. */
export const widgetDefinition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: widgetSchema } },
    ],
  },
}
