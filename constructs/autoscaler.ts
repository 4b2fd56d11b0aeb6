import type { Construct } from 'constructs'
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { EmittedObject } from './emitted-object.ts'
import type { AutoscaledReplicas } from './replicas.ts'
import type { WorkloadContext } from './workload-context.ts'

/**
 * Scales by the app's own container, so that sidecars do not dilute the figure. Goes up at once and
 * down slowly: a needless pod for five minutes is cheaper than one missing.
 */
export function emitAutoscaler(
  scope: Construct,
  { app, workloadName, metadata }: WorkloadContext,
  { autoscale: { min, max, cpu, memory } }: AutoscaledReplicas,
): EmittedObject<IHorizontalPodAutoscaler> {
  return new EmittedObject<IHorizontalPodAutoscaler>(scope, 'HorizontalPodAutoscaler', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(app),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadName },
      minReplicas: min,
      maxReplicas: max,
      metrics: [...metric('cpu', cpu, app), ...metric('memory', memory, app)],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 15 },
            { type: 'Pods', value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
        },
      },
    },
  })
}

const metric = (name: 'cpu' | 'memory', percent: number | undefined, container: string) =>
  percent === undefined
    ? []
    : [
        {
          type: 'ContainerResource' as const,
          containerResource: {
            name,
            container,
            target: { type: 'Utilization' as const, averageUtilization: percent },
          },
        },
      ]
