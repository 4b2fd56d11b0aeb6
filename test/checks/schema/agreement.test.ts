import { beforeAll, beforeEach, expect, it } from 'vitest'
import { errorRules } from '../../../checks/all-rules.ts'
import { checkObjects } from '../../../checks/check-objects.ts'
import { kubernetesSchemas } from '../../../checks/schema/kubernetes-schemas.ts'
import { validateSchema } from '../../../checks/schema/validate-schema.ts'
import type { KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { describeWithCluster } from '../../control-plane/describe-with-cluster.ts'
import { fluxDefinitions } from '../../control-plane/flux-definitions.ts'
import { gatewayApiDefinitions } from '../../control-plane/gateway-api.ts'
import { widgetDefinition } from './manifests/widget.ts'
import { type Mutation, mutationsOf } from './mutations.ts'
import { skipOnOtherVersions } from './skip-on-other-versions.ts'
import { validManifests } from './valid-manifests.ts'

const schemas = kubernetesSchemas.withDefinitions([widgetDefinition])
const versions = schemas.minors.names.slice(-1)

/** A broken manifest, and what it was. */
interface Case extends Mutation {
  readonly original: KubernetesObject
}

const cases = validManifests.flatMap((original): Case[] => {
  const root = schemas.kind(original.apiVersion, original.kind)?.root
  if (root === undefined) return []
  return [...mutationsOf(original, root)].map((mutation) => ({ ...mutation, original }))
})

/** Errors of the rules, which compare numbers with each other, as the schemas cannot. */
const errorsOf = (object: KubernetesObject): readonly string[] =>
  checkObjects([{ object }], { rules: errorRules, partial: true })
    .filter(({ severity }) => severity === 'error')
    .map(({ rule }) => rule)

function isPassed({ class: mutationClass, manifest, original }: Case): boolean {
  if (validateSchema(manifest, { schemas, versions }).length > 0) return false
  if (mutationClass !== 'out of range') return true
  const before = errorsOf(original)
  return errorsOf(manifest).every((rule) => before.includes(rule))
}

/** Numbers that the API server refuses for the sake of another field, which no rule compares. */
const RELATIONS: readonly RegExp[] = [
  /^(?:Job spec|CronJob .*spec)\.(?:completions|maxFailedIndexes|parallelism) =/,
  /onExitCodes\.values\[0\] = 0$/,
  /^DaemonSet .*maxUnavailable = 65536$/,
  /endPort = 1$/,
]

/** Where the check refuses what the API server takes, and why that is right. */
const STRICTER: readonly (readonly [where: RegExp, reason: string])[] = [
  [
    /httpHeaders\[0\]\.value =|sleep\.seconds =|\.preference =|podFailurePolicy\.rules =|versions\[0\]\.served =/,
    'Kubernetes documents the field as required; the API server takes its empty value today',
  ],
  [/^LimitRange spec\.limits =|^ResourceClaimTemplate spec(\.spec)? =/, 'the same'],
  [
    /^CustomResourceDefinition .*\.(items|additionalProperties)\.\w+ =/,
    'the API server drops an unknown field here without a word',
  ],
  [
    /startupProbe\.failureThreshold = \d{5,}|startingDeadlineSeconds = 0|^PodDisruption.*maxUnavailable = 0/,
    'the API server takes it, and it is broken: no rollout, no run, no drain would ever end',
  ],
  [/ = -?214748364[89]$/, 'the API server cuts off what 32 bits do not hold, without a word'],
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
    const relations: string[] = []
    let agreements = 0
    await eachOfEight(cases, async (broken) => {
      const { class: mutationClass, description, manifest } = broken
      const verdict = await cluster.dryRun(manifest)
      const passes = isPassed(broken)
      if (verdict.accepted === passes) agreements++
      else if (passes && RELATIONS.some((where) => where.test(description)))
        relations.push(description)
      else if (passes) letThrough.push(`${mutationClass}: ${description}: ${verdict.message}`)
      else stricter.push(description)
    })
    console.log(
      `${cases.length} broken manifests: ${agreements} agreements, ${letThrough.length} let ` +
        `through, ${relations.length} for the sake of another field, ${stricter.length} refused by the ` +
        'check alone',
    )
    expect(letThrough).toEqual([])
    expect(RELATIONS.filter((where) => !relations.some((it) => where.test(it)))).toEqual([])
    const unexplained = stricter.filter((it) => !STRICTER.some(([where]) => where.test(it)))
    expect(unexplained).toEqual([])
    expect(agreements).toBeGreaterThan(3000)
  }, 240_000)
})

async function eachOfEight(
  items: readonly Case[],
  visit: (item: Case) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await visit(item)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}
