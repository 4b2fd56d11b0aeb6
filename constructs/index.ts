export type { Finding } from '../checks/finding.ts'
export type {
  AnalysisMetric,
  LatencyMetric,
  NoDataPolicy,
  QueryMetric,
  SuccessRateMetric,
} from '../rollouts/analysis-metric.ts'
export type {
  CronFreezeWindow,
  FreezeWindow,
  RecurringFreezeWindow,
} from '../rollouts/freeze-window.ts'
export type { RequestMatch } from '../rollouts/step.ts'
export type { AdmissionPolicy } from './admission-policy.ts'
export type { Adoption } from './adoption.ts'
export {
  type AnalysisProps,
  type LatencyProps,
  latency,
  type QueryProps,
  query,
  type SuccessRateProps,
  successRate,
} from './analysis.ts'
export { App, type AppProps } from './app.ts'
export { argoRollouts } from './argo-rollouts.ts'
export type { ArgoGates, ArgoRolloutsProps } from './argo-rollouts-props.ts'
export { type ArgoSource, ArgoSync, type ArgoSyncProps } from './argo-sync.ts'
export {
  type Authentication,
  type OidcAuthentication,
  type OidcProps,
  oidc,
  type ServiceAccountAuthentication,
  type ServiceAccountsProps,
  serviceAccounts,
} from './authentication.ts'
export { CanaryRollout, type CanaryRolloutProps } from './canary-rollout.ts'
export type { ClusterIdentity } from './cluster-identity.ts'
export type { ConfigFiles } from './config-files.ts'
export type { ContainerProps, SecretFiles, SidecarProps } from './container.ts'
export { ControlPlane } from './control-plane.ts'
export type { ControlPlaneProps } from './control-plane-props.ts'
export {
  type CommitAuthor,
  type DeployRepository,
  type GitHubAppReference,
  type GitHubRepositoryProps,
  type GitLabRepositoryProps,
  githubRepository,
  gitlabRepository,
  type HttpRepositoryProps,
  httpRepository,
} from './deploy-repository.ts'
export type { RollingUpdate } from './deployment.ts'
export type { Budget } from './disruption-budget.ts'
export { type BlockedDrains, neverWithout } from './drains.ts'
export type { ElectedByAppProps, ElectedBySidecarProps, ElectedProps } from './elected-props.ts'
export type { ElectionOptions, ElectorOptions, LeaseTiming } from './election-options.ts'
export { type Emittable, EmittedObject, type Patchable } from './emitted-object.ts'
export { Environment, OutsideEnvironmentError } from './environment.ts'
export type { EnvironmentProps } from './environment-props.ts'
export type { EnvironmentVariable, EnvironmentVariables } from './environment-variable.ts'
export type { Fence } from './fence.ts'
export { FencingPolicy, type FencingPolicyProps } from './fencing-policy.ts'
export { flagger } from './flagger.ts'
export type { FlaggerGates, FlaggerProps } from './flagger-props.ts'
export { type FluxSource, FluxSync, type FluxSyncProps } from './flux-sync.ts'
export type { FollowedImage, FollowedImages } from './followed-images.ts'
export { type GatewayApiProps, gatewayApi } from './gateway-api.ts'
export {
  type AtMostOneProps,
  atMostOne,
  elected,
  type Guarantee,
  type UsuallyOneProps,
  usuallyOne,
} from './guarantee.ts'
export {
  HighlyAvailableDeployment,
  type HighlyAvailableDeploymentProps,
} from './highly-available-deployment.ts'
export { type IngressProps, ingress } from './ingress.ts'
export type { KubernetesVersion } from './kubernetes-version.ts'
export { Lock } from './lock.ts'
export type { LockMode } from './lock-leases.ts'
export type { LockProps } from './lock-props.ts'
export type { ReviewRights } from './lock-rights.ts'
export type { AppWithAccount, LockUser } from './lock-user.ts'
export { Namespace, type NamespaceProps, OutsideNamespaceError } from './namespace.ts'
export type { Network } from './network-policy.ts'
export { anyone, apiServer, app, cidr, namespace, type Peer } from './peer.ts'
export type { PodProps, ServedProps } from './pod-props.ts'
export type { Health, ProbeTarget } from './probe.ts'
export type { ProtectedObject } from './protected-object.ts'
export type { ByteAmount, CpuAmount, Resources } from './quantities.ts'
export { autoscale, fixed, type Replicas, type Survival } from './replicas.ts'
export type { RequestFlow } from './request-flow.ts'
export type {
  EngineObjects,
  EngineProblemsProps,
  EngineProps,
  RolloutEngine,
} from './rollout-engine.ts'
export type { RolloutProps } from './rollout-plan.ts'
export type { RolloutRights } from './rollout-rights.ts'
export type { ServedDeploymentProps } from './served-deployment.ts'
export type { RegistryCredentials, ServedRegistry } from './served-registry.ts'
export type { MetricSourceName, ServedMetrics, ServedRollouts } from './served-rollouts.ts'
export type { ServedSyncs, SyncEngine } from './served-syncs.ts'
export type { ServedWebhook, WebhookKind } from './served-webhook.ts'
export type { SharedWriter } from './shared-writer.ts'
export type { Shutdown } from './shutdown.ts'
export { SingletonJob } from './singleton-job.ts'
export type { SingletonJobProps } from './singleton-job-props.ts'
export { SingletonService } from './singleton-service.ts'
export type { SingletonServiceProps } from './singleton-service-props.ts'
export type { Spread } from './spread.ts'
export type { Approval, ApprovalProps, Step, StepChange, StepGates } from './step.ts'
export type { SyncProps } from './sync-objects.ts'
export type { SyncSplit } from './sync-units.ts'
export { SynthesisError } from './synthesis-error.ts'
export type { Traffic } from './traffic.ts'
export type { VolumeClaimProps, VolumeClaims } from './volume-claim.ts'
export { type Waiver, waive } from './waiver.ts'
export type { Written } from './written.ts'
