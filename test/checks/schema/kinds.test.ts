import { describe, expect, it } from 'vitest'
import { kubernetesSchemas as schemas } from '../../../checks/schema/kubernetes-schemas.ts'
import { validateSchema } from '../../../checks/schema/validate-schema.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { widgetDefinition } from './manifests/widget.ts'

describe('Of kinds, the schema check says', () => {
  const ofKind = (apiVersion: string, kind: string, versions = ['1.31..1.36']) =>
    validateSchema({ apiVersion, kind, metadata: { name: 'web' } }, { schemas, versions }).map(
      ({ code, message, remedy }) => `${code}: ${message}. ${remedy}`,
    )[0]

  it.each([
    [
      'extensions/v1beta1',
      'Ingress',
      'removed-kind: `extensions/v1beta1 Ingress` was removed in Kubernetes 1.22. Use `networking.k8s.io/v1 Ingress`',
    ],
    [
      'policy/v1beta1',
      'PodDisruptionBudget',
      'removed-kind: `policy/v1beta1 PodDisruptionBudget` was removed in Kubernetes 1.25. Use `policy/v1 PodDisruptionBudget`',
    ],
    [
      'autoscaling/v2beta2',
      'HorizontalPodAutoscaler',
      'removed-kind: `autoscaling/v2beta2 HorizontalPodAutoscaler` was removed in Kubernetes 1.26. Use `autoscaling/v2 HorizontalPodAutoscaler`',
    ],
    [
      'flowcontrol.apiserver.k8s.io/v1beta3',
      'FlowSchema',
      'not-in-version: `flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema` exists up to 1.31, the targets include 1.32 to 1.36. Use `flowcontrol.apiserver.k8s.io/v1 FlowSchema`',
    ],
    [
      'admissionregistration.k8s.io/v1',
      'MutatingAdmissionPolicy',
      'not-in-version: `admissionregistration.k8s.io/v1 MutatingAdmissionPolicy` exists from 1.36 on, the targets include 1.31 to 1.35. Use `admissionregistration.k8s.io/v1beta1`',
    ],
    [
      'apps/v1',
      'Deploymnet',
      'unknown-kind: `apps/v1 Deploymnet` is not a kind that Kubernetes has. Write `Deployment`',
    ],
    [
      'apps/v2',
      'Deployment',
      'unknown-kind: `apps/v2 Deployment` is not a kind that Kubernetes has. Use `apps/v1`',
    ],
    [
      'example.com/v1',
      'Widget',
      'unchecked-kind: No schema of `example.com/v1 Widget` is known, so its fields were not checked. Add its CustomResourceDefinition to the checked objects, if you have it',
    ],
  ])('%s %s: %s', (apiVersion, kind, expected) => {
    expect(ofKind(apiVersion, kind)).toBe(expected)
  })

  it('that a beta kind needs a cluster that serves it', () => {
    expect(ofKind('networking.k8s.io/v1beta1', 'ServiceCIDR', ['1.36'])).toBe(
      'optional-kind: `networking.k8s.io/v1beta1 ServiceCIDR` is beta: only a cluster that was told to (`--runtime-config`) serves it. Use `networking.k8s.io/v1`',
    )
  })

  it('nothing of one that the definitions in the same tree define, but checks its fields', () => {
    const widget = (spec: object) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'web', lables: {} },
      spec,
    })
    const own = schemas.withDefinitions([widgetDefinition])
    const messages = (object: KubernetesObject) =>
      validateSchema(object, { schemas: own }).map(({ message }) => message)

    expect(
      messages(widget({ size: 11, colour: '', name: 'Web1', tags: [], address: 'here' })),
    ).toEqual([
      '`metadata.lables` is not a field here',
      '`spec.size` must be at most 10, got 11',
      '`spec.colour` must be "red", "blue", got ""',
      '`spec.name` must match ^[a-z]+$, got "Web1"',
      '`spec.tags` must have at least 1 items, has 0',
      '`spec.address` must have one of the forms that its schema allows, got "here"',
    ])
    expect(messages(widget({ sze: 1, note: null, memory: true, colour: null }))).toEqual([
      '`metadata.lables` is not a field here',
      '`spec.sze` is not a field here',
      '`spec.memory` must be a whole number or a string, got the boolean true',
      '`spec.colour` must be a string, got null',
      '`spec.size` is missing',
    ])
  })
})
