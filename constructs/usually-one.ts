import type { Construct } from 'constructs'
import { emitDeployment } from './deployment.ts'
import type { UsuallyOne } from './guarantee.ts'
import { writePod } from './pod.ts'
import { fixed } from './replicas.ts'
import { emitAppService } from './singleton-app-service.ts'
import type { GuaranteeKeeper, SingletonParts } from './singleton-parts.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'
import { writeSpread } from './spread.ts'
import { emitClaims, writeClaims } from './volume-claim.ts'
import { waive } from './waiver.ts'
import type { WorkloadContext } from './workload-context.ts'

/** Keeps `usuallyOne`: a Deployment of one pod that ends before the next one starts. */
export const keepUsuallyOne = (guarantee: UsuallyOne): GuaranteeKeeper => ({
  waivers: [
    waive(
      'singleton/not-at-most-one',
      'usually one was chosen: two for a moment when a node is cut off or the pod is evicted',
    ),
  ],
  emit: (scope, context, props) => emitUsuallyOne(scope, context, props, guarantee),
})

function emitUsuallyOne(
  scope: Construct,
  context: WorkloadContext,
  props: SingletonServiceProps,
  guarantee: UsuallyOne,
): SingletonParts {
  const { selector, targetVersion, mistakes } = context
  const claims = emitClaims(scope, context, writeClaims(guarantee.volumes ?? {}, mistakes))
  const pod = writePod(scope, {
    context,
    props,
    additions: {
      volumes: claims.volumes,
      mounts: claims.mounts,
      spec: writeSpread('soft', selector, 'pod-template-hash', targetVersion),
    },
  })
  return {
    pod,
    deployment: emitDeployment(scope, context, {
      replicas: fixed(1),
      template: props.adopt?.template ?? pod.template,
      startupSeconds: pod.probes?.startupSeconds ?? 0,
      rollingUpdate: 'recreate',
    }),
    service: emitAppService(scope, context, props),
    volumeClaims: claims.objects,
    budget: { maxUnavailable: 1 },
    replicas: 1,
  }
}
