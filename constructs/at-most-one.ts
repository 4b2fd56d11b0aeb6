import type { Construct } from 'constructs'
import type { AtMostOne } from './guarantee.ts'
import { writePod } from './pod.ts'
import { emitHeadlessService } from './service.ts'
import { emitAppService } from './singleton-app-service.ts'
import type { GuaranteeKeeper, SingletonParts } from './singleton-parts.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'
import { writeSpread } from './spread.ts'
import { emitStatefulSet, REVISION_SUFFIX } from './stateful-set.ts'
import { writeClaims } from './volume-claim.ts'
import { waive } from './waiver.ts'
import type { WorkloadContext } from './workload-context.ts'

/** Keeps `atMostOne`: a StatefulSet of one pod, the Service that names it, its claims. */
export const keepAtMostOne = (guarantee: AtMostOne): GuaranteeKeeper => ({
  suffix: REVISION_SUFFIX,
  waivers: [
    waive(
      'singleton/manual-recovery',
      'at most one was chosen: when its node dies, a person makes sure that it is off and sets the taint node.kubernetes.io/out-of-service',
    ),
  ],
  emit: (scope, context, props) => emitAtMostOne(scope, context, props, guarantee),
})

function emitAtMostOne(
  scope: Construct,
  context: WorkloadContext,
  props: SingletonServiceProps,
  guarantee: AtMostOne,
): SingletonParts {
  const { app, selector, targetVersion, mistakes } = context
  const claims = writeClaims(guarantee.volumes ?? {}, mistakes)
  const pod = writePod(scope, {
    context,
    props,
    additions: {
      mounts: claims.map(({ mount }) => mount),
      spec: writeSpread('soft', selector, 'controller-revision-hash', targetVersion),
    },
  })
  const serviceName = guarantee.serviceName ?? `${app}-headless`
  // Callers get a Service with an address: the pod's own changes whenever it moves, and clients
  // that remember what a name meant would go on asking the old one.
  const service = serviceName === app ? undefined : emitAppService(scope, context, props)
  return {
    pod,
    statefulSet: emitStatefulSet(scope, context, {
      replicas: 1,
      serviceName,
      template: props.adopt?.template ?? pod.template,
      claims,
    }),
    service,
    headlessService: emitHeadlessService(scope, context, {
      id: 'HeadlessService',
      name: serviceName,
      selector: { ...selector },
      port: props.port,
    }),
    budget: { maxUnavailable: 1 },
    replicas: 1,
  }
}
