import { ApiObject } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import { explainFields } from '../../cli/explain-object.ts'
import { gatewayApi, HighlyAvailableDeployment, waive } from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { autoscaled, minimal } from '../constructs/fixtures.ts'
import { controlPlanes } from '../goldens/control-planes.ts'

const everything = {
  ...autoscaled,
  command: ['/bin/web'],
  args: ['--verbose'],
  env: { LOG_LEVEL: 'info' },
  files: { '/etc/web/settings.yaml': 'a: 1\n' },
  scratch: { '/var/cache/web': '1Gi' },
  sidecars: {
    proxy: {
      image: autoscaled.image,
      resources: { cpu: '50m', memory: '64Mi' },
      started: { path: '/ready', port: 9000 },
    },
  },
  kubernetesApi: true,
  traffic: gatewayApi({ gateway: 'public', hostname: 'web.example.com' }),
  waivers: [waive('image/digest', 'for the test')],
} as const

const unexplained = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.flatMap((object) =>
    explainFields(object)
      .filter(({ reason }) => reason === undefined)
      .map(({ path }) => `${object.kind} ${path}`),
  )

describe('the explanation of an object', () => {
  it('has a reason for every field that our constructs write', () => {
    for (const props of [minimal, everything]) {
      const { objects } = Testing.synth((test) => new HighlyAvailableDeployment(test, 'web', props))
      expect(unexplained(objects)).toEqual([])
    }
    for (const golden of controlPlanes) expect(unexplained(golden.objects())).toEqual([])
  })

  it('says so where it knows no reason', () => {
    const { find } = Testing.synth((test) => {
      new HighlyAvailableDeployment(test, 'web', minimal).deployment.patch((deployment) => {
        deployment.spec.template.spec.runtimeClassName = 'gvisor'
      })
    })
    const field = explainFields(find('Deployment')).find(({ path }) =>
      path.endsWith('runtimeClassName'),
    )
    expect(field).toEqual({ path: 'spec.template.spec.runtimeClassName', value: 'gvisor' })
  })

  it('gives no reason of ours for what users wrote themselves', () => {
    const { find } = Testing.synth(
      (test) =>
        new ApiObject(test, 'extra', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'extra', namespace: 'test' },
        }),
    )
    expect(explainFields(find('ConfigMap')).map(({ reason }) => reason)).toEqual([
      undefined,
      undefined,
    ])
  })

  it('names the option and the rule behind a field', () => {
    const { find } = Testing.synth((test) => new HighlyAvailableDeployment(test, 'web', minimal))
    const fields = explainFields(find('Deployment'))
    expect(fields.find(({ path }) => path === 'spec.replicas')?.reason).toMatchObject({
      option: 'replicas',
    })
    expect(
      fields.find(({ path }) => path === 'spec.template.spec.terminationGracePeriodSeconds')
        ?.reason,
    ).toMatchObject({ option: 'shutdown', rule: 'grace/prestop-budget' })
  })
})
