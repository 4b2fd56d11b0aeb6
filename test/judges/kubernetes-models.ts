import { groupOf } from '../../manifests/identity.ts'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'

/** Beside kubernetes-models itself; a class for each kind, in modules named after the `apiVersion`. */
const PACKAGES = [
  { package: '@kubernetes-models/gateway-api', groups: 'gateway.networking.k8s.io' },
  { package: '@kubernetes-models/flux-cd', groups: 'toolkit.fluxcd.io' },
  { package: '@kubernetes-models/argo-cd', groups: 'argoproj.io' },
] as const

/** The kinds' own schemas, as the authors of kubernetes-models compiled them. */
interface Model {
  validate(): void
}

/**
 * What kubernetes-models holds against an object; `undefined` if nothing. It knows types, enums,
 * formats and what is required, and takes unknown fields for granted.
 */
export async function modelProblem(object: KubernetesObject): Promise<string | undefined> {
  const Kind = await modelOf(object)
  if (Kind === undefined) return `${object.apiVersion} ${object.kind} is not in its packages`
  try {
    new Kind(object).validate()
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error.message
  }
}

async function modelOf({
  apiVersion,
  kind,
}: KubernetesObject): Promise<(new (data: unknown) => Model) | undefined> {
  const found = PACKAGES.find(({ groups }) => groupOf(apiVersion).endsWith(groups))
  const module: unknown = await import(`${found?.package ?? 'kubernetes-models'}/${apiVersion}`)
  return isRecord(module) ? (module[kind] as new (data: unknown) => Model) : undefined
}
