import { beforeAll, beforeEach, expect, it } from 'vitest'
import { kubernetesSchemas } from '../../../checks/schema/kubernetes-schemas.ts'
import { validateSchema } from '../../../checks/schema/validate-schema.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { fluxDefinitions } from '../../control-plane/flux-definitions.ts'
import { gatewayApiDefinitions } from '../../control-plane/gateway-api.ts'
import { widgetDefinition } from './manifests/widget.ts'
import { type Mutation, mutationsOf } from './mutations.ts'
import { skipOnOtherVersions } from './skip-on-other-versions.ts'
import { validManifests } from './valid-manifests.ts'

const schemas = kubernetesSchemas.withDefinitions([widgetDefinition])
const versions = schemas.minors.names.slice(-1)

const mutations = validManifests.flatMap((manifest) => {
  const root = schemas.kind(manifest.apiVersion, manifest.kind)?.root
  return root === undefined ? [] : [...mutationsOf(manifest, root)]
})

/** Where the check refuses what the API server takes, and why that is right. */
const STRICTER: readonly (readonly [where: RegExp, reason: string])[] = [
  [
    /httpHeaders\[0\]\.value =|sleep\.seconds =|podFailurePolicy\.rules =|versions\[0\]\.served =/,
    'Kubernetes documents the field as required; the API server takes its empty value today',
  ],
  [/^LimitRange spec\.limits =|^ResourceClaimTemplate spec(\.spec)? =/, 'the same'],
  [
    /^CustomResourceDefinition .*\.(items|additionalProperties)\.\w+ =/,
    'the API server drops an unknown field here without a word',
  ],
]

describeWithCluster('The schema check and the API server', (cluster) => {
  beforeEach(skipOnOtherVersions(cluster))
  beforeAll(async () => {
    await cluster.apply([
      ...(await gatewayApiDefinitions()),
      ...(await fluxDefinitions()),
      widgetDefinition,
    ])
  })

  it.each(validManifests.map((object) => [`${object.apiVersion} ${object.kind}`, object] as const))(
    'both accept the valid %s',
    async (_, manifest) => {
      expect(await cluster.dryRun(manifest)).toMatchObject({ message: '', accepted: true })
      expect(validateSchema(manifest, { schemas, versions })).toEqual([])
    },
  )

  it('agree on thousands of broken manifests, and the check lets through none that the server refuses', async () => {
    const letThrough: string[] = []
    const stricter: string[] = []
    let agreements = 0
    await eachOfEight(mutations, async ({ class: mutationClass, description, manifest }) => {
      const verdict = await cluster.dryRun(manifest)
      const passes = validateSchema(manifest, { schemas, versions }).length === 0
      if (verdict.accepted === passes) agreements++
      else if (passes) letThrough.push(`${mutationClass}: ${description}: ${verdict.message}`)
      else stricter.push(description)
    })
    console.log(
      `${mutations.length} broken manifests: ${agreements} agreements, ${letThrough.length} let ` +
        `through, ${stricter.length} refused by the check alone`,
    )
    expect(letThrough).toEqual([])
    const unexplained = stricter.filter((it) => !STRICTER.some(([where]) => where.test(it)))
    expect(unexplained).toEqual([])
    expect(agreements).toBeGreaterThan(3000)
  }, 120_000)
})

async function eachOfEight(
  items: readonly Mutation[],
  visit: (item: Mutation) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await visit(item)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}
