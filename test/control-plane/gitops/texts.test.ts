import { expect, it } from 'vitest'
import { checkObjects } from '../../../checks/check-objects.ts'
import { gitopsTextRules } from '../../../checks/rules/gitops-text.ts'
import { emitYaml } from '../../../manifests/emit-yaml.ts'
import { at } from '../../../manifests/fields.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { eventually } from '../eventually.ts'
import { describeWithFlux } from './describe-with-flux.ts'
import { stateOf } from './flux.ts'

/** Characters that some reader or writer of YAML treats in a way of its own. */
const CHARACTERS = [
  ...[0x01, 0x0d, 0x1b, 0x7f, 0x80, 0x84, 0x85, 0x86, 0x9f, 0xa0, 0xad, 0x200b, 0x2028, 0x2029],
  ...[0x202e, 0xe000, 0xfdd0, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x1f600, 0x1fffe, 0x10ffff],
]

const TEXTS: readonly string[] = [
  ...CHARACTERS.map((code) => `a${String.fromCodePoint(code)}b`),
  ...['\u0085', '\u2028', '\ufeff'].map((character) => `${character}x\ny\n`),
  ...[
    '\tx',
    '\tx\n',
    '\tx\ny\n',
    '\n\tx\n',
    'x\n\ty\n',
    'x\t\ny',
    '  x\ny\n',
    '\t\n',
    '\t\nx',
    '\t\tx\n',
    '\n',
    '\t',
    ' \tx\ny',
  ],
  ...['\n\nx\n', 'x\n\n', ' x ', '\u00e9\u4e2d\n\u{1f600}\n'],
]

describeWithFlux('A text on its way through Flux', (cluster, suite) => {
  it('arrives as it is, or the check has said that it will not', async () => {
    const { namespace } = suite.flux
    const objects = TEXTS.map((text, index) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `text-${index}`, namespace },
      data: { text },
    }))
    await suite.flux.publish({ environment: 'prod', files: [] })
    const commit = await suite.flux.push(
      ...objects.map((object) => ({
        path: `texts/${object.metadata.name}/config-map.yaml`,
        write: emitYaml(object),
      })),
    )
    await suite.flux.sync(objects.map(({ metadata }) => kustomization(metadata.name, namespace)))
    await eventually(
      'all texts were tried',
      async () => (await suite.flux.kustomizations()).map(stateOf),
      (states) =>
        states.every((state) => state.commit === commit || /build failed/.test(state.message)),
    )
    const results = await Promise.all(
      objects.map(async (object) => [
        object.data.text,
        at(await cluster.get(object), 'data', 'text') === object.data.text,
      ]),
    )
    expect(results).toEqual(objects.map((object) => [object.data.text, isPassed(object)]))
  })
})

const isPassed = (object: KubernetesObject): boolean =>
  checkObjects([{ object }], { rules: gitopsTextRules }).length === 0

const kustomization = (name: string, namespace: string): KubernetesObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: {
    interval: '1h',
    path: `./texts/${name}`,
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'deploy' },
  },
})
