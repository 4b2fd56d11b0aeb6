import type { Construct } from 'constructs'
import type { IService } from 'kubernetes-models/v1'
import { EmittedObject } from './emitted-object.ts'
import { SELECTS_NO_TEMPLATE } from './peer-waivers.ts'
import { MAIN_PORT } from './probe.ts'
import type { WorkloadContext } from './workload-context.ts'

/** Port that Services offer, whatever the app itself listens on. */
export const SERVICE_PORT = 80

export interface EmitServiceProps {
  /** Id of the object below the app. */
  readonly id: string
  readonly name: string
  readonly selector: Readonly<Record<string, string>>
  /**
   * Port of the pods. A name lets a revision change the number; pods of an adopted template may
   * have no name for it.
   *
   * @default - the main port, by name
   */
  readonly targetPort?: number
  readonly annotations?: Readonly<Record<string, string>>
}

export const emitService = (
  scope: Construct,
  context: WorkloadContext,
  { id, name, selector, targetPort, annotations }: EmitServiceProps,
): EmittedObject<IService> =>
  new EmittedObject<IService>(scope, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: context.metadata(name, {
      ...(selectsTemplate(context, selector) ? {} : SELECTS_NO_TEMPLATE),
      ...annotations,
    }),
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [
        {
          name: MAIN_PORT,
          port: SERVICE_PORT,
          targetPort: targetPort ?? MAIN_PORT,
          protocol: 'TCP',
        },
      ],
    },
  })

/** Whether the pods that it selects are those of the app's own manifest. */
const selectsTemplate = (
  { podLabels }: WorkloadContext,
  selector: Readonly<Record<string, string>>,
): boolean => Object.entries(selector).every(([label, value]) => podLabels[label] === value)

export interface EmitHeadlessServiceProps {
  /** Id of the object below the app. */
  readonly id: string
  readonly name: string
  readonly selector: Readonly<Record<string, string>>
  /** Port of the pods; without one it only names them. */
  readonly port: number | undefined
}

/**
 * A Service without an address of its own, which gives the pods of a StatefulSet their host names.
 * It translates no ports: callers use the pods' own.
 */
export const emitHeadlessService = (
  scope: Construct,
  context: WorkloadContext,
  { id, name, selector, port }: EmitHeadlessServiceProps,
): EmittedObject<IService> =>
  new EmittedObject<IService>(scope, id, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: context.metadata(name),
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      selector,
      ports:
        port === undefined
          ? undefined
          : [{ name: MAIN_PORT, port, targetPort: port, protocol: 'TCP' }],
    },
  })
