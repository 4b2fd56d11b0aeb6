import type { Construct } from 'constructs'
import { dnsLabelProblem } from '../manifests/names.ts'
import type { Adoption } from './adoption.ts'
import type { Environment } from './environment.ts'
import { versionOf } from './image.ts'
import type { KubernetesVersion } from './kubernetes-version.ts'
import { objectLabels, podLabels, selectorOf, VERSION_LABEL } from './labels.ts'
import { Mistakes } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import { speakForChildren } from './source-location.ts'
import { type Waiver, waiverAnnotations } from './waiver.ts'

export interface WorkloadContextProps {
  readonly image: string
  readonly waivers?: readonly Waiver[]
  readonly adopt?: Adoption
  /** Lets in whom it needs. */
  readonly traffic?: { readonly ingressFrom: readonly unknown[] }
  readonly network?: { readonly ingressFrom?: readonly unknown[] }
  /** What Kubernetes or Lockstep will append to the name: `-canary`, a StatefulSet's revision. */
  readonly suffix?: string
}

/** What the parts of one app need to know of it. */
export interface WorkloadContext {
  /** The construct's id: name of the app, of its folder, of all objects but an adopted workload. */
  readonly app: string
  /** `metadata.name` of the workload. */
  readonly workloadName: string
  readonly namespace: string
  readonly environment: Environment
  readonly targetVersion: KubernetesVersion
  readonly isDevelopment: boolean
  /** Whether anybody may open connections to its pods. */
  readonly isReachable: boolean
  /** Selects the app's pods and no others. */
  readonly selector: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly podLabels: Readonly<Record<string, string>>
  /** Metadata of one of the app's objects. Waivers are on all, so that whoever reads one sees them. */
  metadata(name: string, annotations?: Readonly<Record<string, string>>): WorkloadMetadata
  /** Metadata of the workload itself: its name, and the version that it runs. */
  workloadMetadata(annotations?: Readonly<Record<string, string>>): WorkloadMetadata
  readonly mistakes: Mistakes
}

export interface WorkloadMetadata {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>> | undefined
}

/** Called first by every app's constructor. @throws {OutsideNamespaceError} */
export function workloadContext(
  construct: Construct,
  props: WorkloadContextProps,
): WorkloadContext {
  speakForChildren(construct)
  const app = construct.node.id
  const namespace = Namespace.of(construct)
  const { environment } = namespace
  const mistakes = new Mistakes(construct)
  const problem = dnsLabelProblem(app, props.suffix === undefined ? {} : { suffix: props.suffix })
  if (problem !== undefined) {
    mistakes.add({
      option: 'id',
      value: app,
      problem,
      remedy: 'Use a shorter or simpler id, as `checkout`',
    })
  }
  const labelProps = {
    app,
    instance: app,
    version: versionOf(props.image),
    partOf: namespace.name,
    owner: namespace.owner,
    environment: environment.name,
  }
  const labels = objectLabels(labelProps)
  const version = { [VERSION_LABEL]: labelProps.version }
  const waivers = waiverAnnotations(props.waivers ?? [])
  const selector = props.adopt?.selector ?? selectorOf(app, app)
  const workloadName = props.adopt?.name ?? app
  const metadata: WorkloadContext['metadata'] = (name, annotations = {}) => {
    const all = { ...annotations, ...waivers }
    return { name, labels, annotations: Object.keys(all).length === 0 ? undefined : all }
  }
  return {
    app,
    workloadName,
    namespace: namespace.name,
    environment,
    targetVersion: environment.targetVersion,
    isDevelopment: environment.isDevelopment,
    isReachable: [props.traffic, props.network].some((way) => way?.ingressFrom?.length),
    selector,
    labels,
    podLabels: { ...podLabels(labelProps), ...selector },
    metadata,
    workloadMetadata: (annotations) => ({
      ...metadata(workloadName, annotations),
      labels: { ...labels, ...version },
    }),
    mistakes,
  }
}
