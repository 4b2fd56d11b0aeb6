/** The names that an entry of the package exports, apart by whether they exist at run time. */
export interface PublicNames {
  readonly values: string
  readonly types: string
}

/**
 * What users may import, by entry. Written by hand: a name that is added here is promised to stay.
 */
export const PUBLIC_API: Readonly<Record<string, PublicNames>> = {
  '.': {
    values: `
      App ArgoSync CanaryRollout ControlPlane EmittedObject Environment FencingPolicy FluxSync
      HighlyAvailableDeployment Lock Namespace OutsideEnvironmentError OutsideNamespaceError SingletonJob SingletonService
      SynthesisError anyone apiServer app argoRollouts atMostOne autoscale cidr elected fixed flagger gatewayApi
      githubRepository gitlabRepository httpRepository ingress latency namespace neverWithout oidc query serviceAccounts successRate usuallyOne waive
    `,
    types: `
      AdmissionPolicy Adoption AnalysisMetric AnalysisProps AppProps AppWithAccount Approval
      ApprovalProps ArgoGates ArgoRolloutsProps ArgoSource ArgoSyncProps AtMostOneProps Authentication BlockedDrains Budget ByteAmount CanaryRolloutProps ClusterIdentity CommitAuthor ConfigFiles
      ContainerProps ControlPlaneProps CpuAmount CronFreezeWindow DeployRepository ElectedByAppProps ElectedBySidecarProps ElectedProps
      ElectionOptions ElectorOptions Emittable EngineObjects EngineProblemsProps EngineProps EnvironmentProps EnvironmentVariable
      EnvironmentVariables Fence FencingPolicyProps Finding FlaggerGates FlaggerProps FluxSource FluxSyncProps FollowedImage FollowedImages FreezeWindow GatewayApiProps GitHubAppReference GitHubRepositoryProps GitLabRepositoryProps Guarantee
      Health HighlyAvailableDeploymentProps HttpRepositoryProps IngressProps KubernetesVersion LatencyMetric
      LatencyProps LeaseTiming LockMode LockProps LockUser MetricSourceName NamespaceProps Network NoDataPolicy OidcAuthentication OidcProps Patchable Peer PodProps
      ProbeTarget ProtectedObject QueryMetric QueryProps RecurringFreezeWindow RegistryCredentials Replicas RequestFlow RequestMatch Resources ReviewRights RollingUpdate
      RolloutEngine RolloutProps RolloutRights SecretFiles ServedDeploymentProps ServedMetrics ServedProps ServedRegistry ServedRollouts ServedSyncs ServedWebhook ServiceAccountAuthentication ServiceAccountsProps SharedWriter Shutdown SidecarProps
      SingletonJobProps SingletonServiceProps Spread Step StepChange StepGates SuccessRateMetric
      SuccessRateProps Survival SyncEngine SyncProps SyncSplit Traffic UsuallyOneProps VolumeClaimProps
      VolumeClaims Waiver WebhookKind Written
    `,
  },
  './testing': {
    values: `
      ObjectNotFoundError Testing
    `,
    types: `
      TestSynthesis
    `,
  },
  './checks': {
    values: `
      DEFAULT_ASSUMPTIONS InvalidBaselineError InvalidExternalError ObjectSet allRules
      checkObjects errorRules hasFailed readBaseline renderJson renderMarkdown renderSarif
      renderSimulation renderText ruleById ruleDescriptions schemaRules simulateFailures summaryOf
      waiverAnnotation withoutBaseline writeBaseline
    `,
    types: `
      Assumptions Baseline BaselineEntry BaselinedFindings CheckOptions CheckReport CheckedObject
      Confidence Container Drain Emphasis EnvironmentSimulation Finding Indexed Loss Outcomes
      Recovery RenderSimulationOptions RenderTextOptions ReplicaRange Rule RuleDescription
      Severity Simulation Summary Surroundings Update Violation Workload WorkloadOutcomes
    `,
  },
  './checks/schemas': {
    values: `
      UnknownMinorVersionError everyErrorRule everyRule kubernetesSchemas validateSchema
    `,
    types: `
      SchemaLibrary SchemaProblem SchemaProblemCode ValidateSchemaOptions
    `,
  },
  './manifests': {
    values: `
      CLUSTER_FOLDER CONTENT_HASH_LENGTH InvalidIntOrPercentError InvalidQuantityError
      MAX_CONTROLLER_NAME_LENGTH MAX_LABEL_LENGTH MAX_SUBDOMAIN_LENGTH NAMESPACE_APP
      SYNCED_SECTIONS UnreadableManifestError UnwritableValueError allowedDisruptions
      canonicalJson canonicalQuantity compareQuantities contentHash controllerNameProblem
      dataKeyProblem describeIdentity describeOrigin dnsLabelProblem dnsSubdomainProblem emitYaml
      fieldPath formatQuantity groupOf identityOf isClusterScoped isKubernetesObject isRecord
      isTimeZone labelKeyProblem labelValueProblem objectPath parseImage parseQuantity planPath
      podTemplateOf podTemplatePath portNameProblem readManifests rollingUpdateBounds scaled
      scheduleProblem sectionOf selects selectsByMap serviceNameProblem
    `,
    types: `
      DisruptionBudget Identity ImageReference IntOrPercent KubernetesObject Labels NameOptions
      ObjectMeta Origin Quantity QuantityFormat ReadManifest RenderedFile Rendering
      RollingUpdateBounds Section
    `,
  },
  './rollouts': {
    values: `
      ANALYSIS_OUTCOMES APPROVAL_TIMEOUTS AT_REST LiveStateUnavailableError MalformedPlanError
      MalformedRecordError MetricsError NO_DATA_POLICIES PLAN_API_VERSION PLAN_KIND
      QUERY_VARIABLES ROLLOUT_ACTIONS RolloutRequestRefusedError STEP_ANNOTATION act allSteps
      canaryName canarySelector canaryTrack describePlanProblem findTrack freezeAt freezeClosure
      freezeWindowProblems freezesAt inFlightObjects isShareable next planProblems ratioOf readPlan
      readRecord render replicaRatio revisionOf shareRoute stableServiceName stepStates
      stopClosure stopPaths trackReplicas
    `,
    types: `
      Abort ActProps Actor AnalysisMetric AnalysisOutcome AnalysisVerdict Approval ApprovalGate
      ApprovalTimeout AskedValues AwaitedApproval CanaryTrack CanaryTrackProps Closure CookieMatch
      CronFreezeWindow Decision ForwardStage Freeze FreezeWindow GivenApproval HeaderMatch
      HeldBackRevision InFlightProps LatencyMetric LiveObjects LiveState LiveSyncs MatchStep MeasuredTrack
      MetricLimits Metrics Move NextProps NoDataPolicy Observation Pause PlanProblem QueryMetric
      QueryVariable QueuedRevision RecordSpec RecurringFreezeWindow RenderProps Rendition
      ReplicaRange ReplicaRatio ReplicaRatioProps ReplicaRatioRouter RequestAtCluster RequestCounts
      RequestMatch RevisionRequest Rollout RolloutAction RolloutPlan RolloutRecord RolloutRequest RolloutSpec
      RolloutStep RouteRouter RouteShareProps Router ScaleStep SeenTrack SeenTraffic
      SlowRequestCounts Stage StageName StepGates StepState StopFile StopPlace SuccessRateMetric SyncIdentity TimeWindow
      Track TrackObjects TrackReplicas UnsettledAbort Wait WeightStep
    `,
  },
  './gitops': {
    values: `
      BranchMovedError MalformedInventoryError NotAnEnvironmentError RateLimitedError RemoteRefusedError
      RemoteUnreachableError UnknownAppError diffPlan plainMerge plan publish rolloutMerge
    `,
    types: `
      AppMerge AppRollout AppToMerge AppTrailers BranchApp CommitRequest DriftedFile Effect FieldChange
      FileChange FileMode GitRemote HeldBack HeldBackApp Inventory InventoryApp Located LogRequest
      LoggedCommit MergedApp ObjectDiff ObjectTransition PlanProps PublishOptions PublishPlan
      PublishProps PublishResult RefusalReason RetryLostRacesProps RolloutNote Stop
      TrailerAction TreeFile
    `,
  },
  './gitops/git': {
    values: `
      GitCommandError GitCommandRemote GitIdentityError GitUnusableError UnknownRemoteError
    `,
    types: `
      GitCommandRemoteProps
    `,
  },
  './gitops/smart-http': {
    values: `
      SmartHttpRemote UnsupportedServerError
    `,
    types: `
      CommitSigner GitAuthor GitCredentials SmartHttpRemoteProps
    `,
  },
  './gitops/github': {
    values: `
      GitHubAppKeyError GitHubRemote
    `,
    types: `
      GitHubAppProps GitHubRemoteProps
    `,
  },
  './gitops/gitlab': {
    values: `
      GitLabRemote
    `,
    types: `
      CommitSigner GitAuthor GitLabRemoteProps
    `,
  },
  './reconciler': {
    values: `
      BrokenRolloutError KubernetesLiveState MissingRenditionError UnknownRolloutError
      actOnRollout rolloutStates tick
    `,
    types: `
      ActOnRolloutProps ActResult AppOnBranch BrokenApp KubernetesLiveStateProps Look Place
      RolloutState RolloutStates RolloutStatesProps Surroundings TickCommit TickProps TickResult
    `,
  },
  './reconciler/prometheus': {
    values: `
      PrometheusMetrics
    `,
    types: `
      PrometheusMetricsProps
    `,
  },
  './reconciler/json': {
    values: `
      JsonMetrics
    `,
    types: `
      JsonCounts JsonMetricsProps JsonSlowCounts JsonValue
    `,
  },
  './leases': {
    values: `
      HeldLock HoldLostError IncomparableTokensError LeaseConflictError LeaseMissingError
      LeaseStoreError LockHeldError LockRequestError LockSlotsError Locks QueueFullError
      RunTakenOverError StaleTokenError TtlOutOfRangeError compareTokens formatToken parseToken systemClock
    `,
    types: `
      Clock FencedResource FencingToken HoldEnd HoldOptions HoldRequest LeaseListing LeaseName
      LeaseReading LeaseRecord LeaseStore LeaseStoreErrorProps LocksProps Metadata RunOutcome
      RunRecord StoredLease WorkOptions
    `,
  },
  './leases/kubernetes': {
    values: `
      FencedObjects KubernetesLeaseStore fencingAnnotations
    `,
    types: `
      FencedObjectsProps KubernetesLeaseStoreProps
    `,
  },
  './leases/sqlite': {
    values: `
      SqliteLeaseStore
    `,
    types: `
      SqliteLeaseStoreProps
    `,
  },
  './leases/memory': {
    values: `
      MemoryLeaseStore
    `,
    types: `
      MemoryLeaseStoreProps
    `,
  },
  './functions/locks': {
    values: `
      AuthenticationUnavailableError AuthorizationUnavailableError DEFAULT_LIMITS lockFunction
    `,
    types: `
      AuthenticationUnavailableErrorProps Authenticator AuthorizationUnavailableErrorProps
      Authorizer CallMeasure FunctionEnv Identity Limits LockAccess LockFunctionProps LockVerb
      LogEntry LogFields LogSink RequestMeasure RequestMetrics RequestedAccess RolloutAccess RolloutVerb
    `,
  },
  './functions/rollouts': {
    values: `
      ROLLOUT_LIMITS RolloutSink STREAM_LIMITS rolloutFunction separateTarget servedTarget
    `,
    types: `
      BranchWatch CallMeasure FunctionEnv Limits LogEntry LogFields LogSink OpenedRemote RequestMeasure
      RequestMetrics RolloutFunctionProps RolloutSinkProps RolloutTarget ServedTarget StreamLimits
      TargetProps
    `,
  },
  './functions/identity': {
    values: `
      ConfigurationError OidcIssuer PolicyFile StaticTokens SubjectAccessReviews TokenReviews
      firstOf
    `,
    types: `
      OidcIssuerProps OidcIssuerSurroundings SubjectAccessReviewsProps TokenReviewsProps
    `,
  },
  './functions/webhooks': {
    values: `
      ConfigurationError GATE_HOOKS SENDER_PROOFS SinkUnavailableError WEBHOOK_LIMITS
      readWebhookSenders repositoryName webhookFunction
    `,
    types: `
      Alert AppName CallMeasure FunctionEnv GateAnswer GateHook GateQuestion HostedRegistry
      ImagePush Limits LogEntry LogFields LogSink LookHint Proof RequestMeasure RequestMetrics
      SenderKind SettingSource Told WebhookFunctionProps WebhookSender WebhookSink
    `,
  },
  './functions/notifications': {
    values: `
      ConfigurationError Notifications readNotificationTargets
    `,
    types: `
      AppName ArgoCdTarget CommitNews CommitState CommitStatusTarget FluxReceiverTarget LogEntry
      LogFields LogSink NotificationResult NotificationTarget NotificationsProps Notifier
      SettingSource StandardWebhookTarget
    `,
  },
  './functions/node': {
    values: `
      serveLocks
    `,
    types: `
      LockServer ServeLocksProps ServedStore
    `,
  },
  './functions/lambda': {
    values: `
      lambdaHandler
    `,
    types: `
      LambdaHandlerProps
    `,
  },
  './functions/workers': {
    values: `
      default
    `,
    types: '',
  },
  './functions/rollout-server': {
    values: `
      rolloutServer
    `,
    types: '',
  },
  './functions/lambda-rollouts': {
    values: `
      rolloutsLambdaHandler
    `,
    types: `
      ScheduledEvent
    `,
  },
  './functions/workers-rollouts': {
    values: `
      default
    `,
    types: '',
  },
  './functions/prometheus': {
    values: `
      PrometheusMetrics
    `,
    types: `
      PrometheusMetricsProps
    `,
  },
  './kubernetes': {
    values: `
      FetchTransport KubernetesAnswerError KubernetesClient KubernetesError
      KubernetesRefusalError KubernetesUnreachableError NotSentError
    `,
    types: `
      FetchTransportProps KubernetesAnswer KubernetesAnswerErrorProps KubernetesClientProps
      KubernetesErrorProps KubernetesObjectAnswer KubernetesRefusalErrorProps KubernetesRequest
      KubernetesTransport TransportAnswer TransportRequest WatchEvent
    `,
  },
  './kubernetes/node': {
    values: `
      KubernetesClientMissingError NodeTransport NotInClusterError UnknownContextError
      UnreadableKubeconfigError fromKubeconfig inCluster
    `,
    types: `
      CredentialSource Credentials InClusterProps KubeconfigProps NodeTransportProps
    `,
  },
}
