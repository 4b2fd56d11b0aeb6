import type { Rule, RuleDescription } from './rule.ts'
import { configRules } from './rules/config.ts'
import { drainRules } from './rules/drain.ts'
import { gitopsTextRules } from './rules/gitops-text.ts'
import { graceRules } from './rules/grace.ts'
import { hpaRules } from './rules/hpa.ts'
import { imageRules } from './rules/image.ts'
import { ingressRules } from './rules/ingress.ts'
import { isolationRules } from './rules/isolation.ts'
import { jobRules } from './rules/job.ts'
import { manifestRules } from './rules/manifest.ts'
import { meshRules } from './rules/mesh.ts'
import { nameRules } from './rules/name.ts'
import { namespaceRules } from './rules/namespace.ts'
import { networkRules } from './rules/network.ts'
import { observabilityRules } from './rules/observability.ts'
import { pdbRules } from './rules/pdb.ts'
import { pid1Rules } from './rules/pid1.ts'
import { podRules } from './rules/pod.ts'
import { podReferenceRules } from './rules/pod-reference.ts'
import { podSecurityRules } from './rules/pod-security.ts'
import { policyPeerRules } from './rules/policy-peer.ts'
import { probeRules } from './rules/probe.ts'
import { probeTimingRules } from './rules/probe-timing.ts'
import { rbacRules } from './rules/rbac.ts'
import { referenceRules } from './rules/reference.ts'
import { resourcesRules } from './rules/resources.ts'
import { rolloutRules } from './rules/rollout.ts'
import { schemaRuleDescriptions } from './rules/schema.ts'
import { secretRules } from './rules/secret.ts'
import { securityRules } from './rules/security.ts'
import { selectorRules } from './rules/selector.ts'
import { singletonRules } from './rules/singleton.ts'
import { spreadRules } from './rules/spread.ts'
import { statefulSetRules } from './rules/statefulset.ts'
import { trackRules } from './rules/track.ts'
import { volumeRules } from './rules/volume.ts'
import { vpaRules } from './rules/vpa.ts'
import { waiverRules } from './rules/waiver.ts'

const rules: readonly Rule[] = [
  ...configRules,
  ...drainRules,
  ...gitopsTextRules,
  ...graceRules,
  ...hpaRules,
  ...imageRules,
  ...ingressRules,
  ...isolationRules,
  ...jobRules,
  ...manifestRules,
  ...meshRules,
  ...nameRules,
  ...namespaceRules,
  ...networkRules,
  ...observabilityRules,
  ...pdbRules,
  ...pid1Rules,
  ...podReferenceRules,
  ...podRules,
  ...podSecurityRules,
  ...policyPeerRules,
  ...probeRules,
  ...probeTimingRules,
  ...rbacRules,
  ...referenceRules,
  ...resourcesRules,
  ...rolloutRules,
  ...secretRules,
  ...securityRules,
  ...selectorRules,
  ...singletonRules,
  ...spreadRules,
  ...statefulSetRules,
  ...trackRules,
  ...volumeRules,
  ...vpaRules,
]

const byId = (a: RuleDescription, b: RuleDescription): number => (a.id < b.id ? -1 : 1)

/**
 * Every rule that needs nothing but the objects, by id. `schemaRules` makes those that also need the
 * schemas of Kubernetes, which not everybody wants to load.
 */
export const allRules: readonly Rule[] = [
  ...rules,
  ...waiverRules(new Set([...rules, ...schemaRuleDescriptions].map(({ id }) => id))),
].sort(byId)

/** Those of them whose findings fail a synth. */
export const errorRules: readonly Rule[] = allRules.filter(({ severity }) => severity === 'error')

/** What every rule says, by id, those of the schemas included. */
export const ruleDescriptions: readonly RuleDescription[] = [
  ...allRules,
  ...schemaRuleDescriptions,
].sort(byId)

const described = new Map(ruleDescriptions.map((rule) => [rule.id, rule]))

/** What the rule of this id says; `undefined` if there is none. */
export const ruleById = (id: string): RuleDescription | undefined => described.get(id)
