import { Construct } from 'constructs'
import type { Adoption } from './adoption.ts'
import { Environment } from './environment.ts'
import { versionOf } from './image.ts'
import type { KubernetesVersion } from './kubernetes-version.ts'
import { objectLabels, podLabels, selectorOf, VERSION_LABEL } from './labels.ts'
import type { Mistakes } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import { nowhere } from './nowhere.ts'
import { readId } from './place.ts'
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
  /** Where its objects are made: the construct itself, unless that is misplaced. */
  readonly scope: Construct
  /** The construct's id: name of the app, of its folder, of all objects but an adopted workload. */
  readonly app: string
  /** `metadata.name` of the workload. */
  readonly workloadName: string
  readonly namespace: string
  readonly environment: Environment
  readonly targetVersion: KubernetesVersion
  /** Whether its images need a digest: not to try things, and not if it waives that. */
  readonly needsDigest: boolean
  /** Whether anybody may open connections to its pods. */
  readonly isReachable: boolean
  /** Whether the pods stay as they were before the app was adopted, whatever the options say. */
  readonly keepsTemplate: boolean
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

/** Called first by every app's constructor, once its options are read. */
export function workloadContext(
  construct: Construct,
  props: WorkloadContextProps,
  mistakes: Mistakes,
): WorkloadContext {
  speakForChildren(construct)
  const app = readId(construct, { suffix: props.suffix, example: 'checkout' }, mistakes)
  const { scope, namespace } = homeOf(construct, mistakes)
  const environment = Environment.tryOf(construct) ?? namespace.environment
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
    scope,
    app,
    workloadName,
    namespace: namespace.name,
    environment,
    targetVersion: environment.targetVersion,
    needsDigest:
      !environment.isDevelopment && !props.waivers?.some(({ rule }) => rule === 'image/digest'),
    isReachable: [props.traffic, props.network].some((way) => way?.ingressFrom?.length),
    keepsTemplate: props.adopt?.template !== undefined,
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

export interface Home {
  readonly scope: Construct
  readonly namespace: Namespace
}

/** Where a construct makes its objects: outside of the tree, if it is in no namespace. */
export function homeOf(construct: Construct, mistakes: Mistakes): Home {
  const namespace = Namespace.tryOf(construct)
  if (namespace !== undefined) return { scope: construct, namespace }
  mistakes.add({
    option: 'scope',
    problem: 'is in no namespace',
    remedy: "Make it in one: `new Namespace(prod, 'shop')`",
  })
  const elsewhere = new Namespace(nowhere(), 'nowhere')
  return { scope: new Construct(elsewhere, construct.node.id), namespace: elsewhere }
}
