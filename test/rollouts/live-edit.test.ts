import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { liveEdit } from '../../rollouts/live-edit.ts'
import { STEP_ANNOTATION } from '../../rollouts/render.ts'

const MARK = 'r8zztqg447-2/4'
const APP = 'k:{"name":"app"}'

const template = (image: string, more: object = {}) => ({
  metadata: { labels: { app: 'checkout' } },
  spec: { containers: [{ name: 'app', image, args: ['--quiet'], ...more }] },
})

const deployment = (spec: object, managedFields?: readonly unknown[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'checkout',
    namespace: 'shop',
    annotations: { [STEP_ANNOTATION]: MARK },
    ...(managedFields !== undefined && { managedFields }),
  },
  spec: { template: spec },
})

const branch = deployment(template('checkout:1.5'))

const ofApp = (...fields: readonly string[]) => ({
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': {
          [APP]: { '.': {}, ...Object.fromEntries(fields.map((field) => [field, {}])) },
        },
      },
    },
  },
})

const sync = (...owned: readonly string[]) => ({
  manager: 'kustomize-controller',
  operation: 'Apply',
  fieldsV1: {
    'f:metadata': { 'f:annotations': { [`f:${STEP_ANNOTATION}`]: {} } },
    ...ofApp(...owned),
  },
})

const person = (...owned: readonly string[]) => ({
  manager: 'kubectl-set',
  operation: 'Update',
  fieldsV1: ofApp(...owned),
})

describe('A pod template that somebody has edited live', () => {
  it('is told by the field that was taken from the sync', () => {
    const live = deployment(template('checkout:1.4'), [person('f:image'), sync('f:name', 'f:args')])
    expect(liveEdit(branch, live)).toBe(
      'has spec.template.spec.containers[0].image "checkout:1.4" instead of "checkout:1.5", which kubectl-set has written',
    )
  })

  it('is told for a list as a whole, whose order counts', () => {
    const live = deployment(template('checkout:1.5', { args: ['--loud'] }), [
      sync('f:name', 'f:image'),
      person('f:args'),
    ])
    expect(liveEdit(branch, live)).toMatch(/args \["--loud"\] instead of \["--quiet"\]/)
  })

  it.each<[string, KubernetesObject]>([
    [
      'what admission makes of it while it is applied',
      deployment(template('mirror.example.com/checkout:1.5'), [
        sync('f:name', 'f:image', 'f:args'),
      ]),
    ],
    [
      'what others have added',
      deployment(template('checkout:1.5', { tty: true }), [
        sync('f:name', 'f:image', 'f:args'),
        person('f:tty'),
      ]),
    ],
    [
      'what somebody has written just as it is on the branch',
      deployment(template('checkout:1.5'), [sync('f:name', 'f:args'), person('f:image')]),
    ],
    [
      'what another writer still owns besides the sync',
      deployment(template('checkout:1.4'), [
        sync('f:name', 'f:image', 'f:args'),
        person('f:image'),
      ]),
    ],
    [
      'a container that is not of the branch',
      deployment(template('checkout:1.5'), [
        sync('f:name', 'f:image', 'f:args'),
        {
          manager: 'injector',
          fieldsV1: {
            'f:spec': {
              'f:template': {
                'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { 'f:image': {} } } },
              },
            },
          },
        },
      ]),
    ],
    ['an object that does not tell who wrote it', deployment(template('checkout:1.4'))],
  ])('is not %s', (_, live) => {
    expect(liveEdit(branch, live)).toBeUndefined()
  })
})
