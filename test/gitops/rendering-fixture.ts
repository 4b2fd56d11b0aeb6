import { emitYaml } from '../../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { objectPath } from '../../manifests/layout.ts'
import type { RenderedFile, Rendering } from '../../manifests/rendering.ts'

/** Objects by app, `<namespace>/<app>`, as synth would hand them over. */
export type Apps = Readonly<Record<string, readonly KubernetesObject[]>>

export function rendering(environment: string, apps: Apps): Rendering {
  const files = Object.entries(apps).flatMap(([app, objects]) =>
    objects.map((object): RenderedFile => {
      const path = objectPath(object, app.slice(app.indexOf('/') + 1))
      return { path, text: emitYaml(object), app, object }
    }),
  )
  return { environment, files }
}

const meta = (name: string, namespace = 'shop') => ({ name, namespace })

export interface DeploymentOptions {
  readonly image?: string
  readonly replicas?: number | undefined
  readonly configMap?: string
  readonly selector?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export function deployment(name: string, options: DeploymentOptions = {}): KubernetesObject {
  const { image = `${name}:1`, configMap, annotations } = options
  const selector = options.selector ?? { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...meta(name), ...(annotations && { annotations }) },
    spec: {
      ...('replicas' in options
        ? options.replicas && { replicas: options.replicas }
        : { replicas: 2 }),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          containers: [{ name, image }],
          ...(configMap !== undefined && {
            volumes: [{ name: 'config', configMap: { name: configMap } }],
          }),
        },
      },
    },
  }
}

export const service = (name: string, port = 80): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { ports: [{ port }], selector: { app: name } },
})

export const configMap = (name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta(name),
  immutable: true,
  data,
})

export const claim = (name: string, size = '1Gi'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: meta(name),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
})
