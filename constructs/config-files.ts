import { posix } from 'node:path'
import type { Construct } from 'constructs'
import type { IConfigMap } from 'kubernetes-models/v1'
import type { IIoK8sApiCoreV1Volume } from 'kubernetes-models/v1/Volume'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { contentHash } from '../manifests/content-hash.ts'
import { map } from './collection-shapes.ts'
import { EmittedObject } from './emitted-object.ts'
import { anyText } from './value-shapes.ts'
import type { WorkloadContext } from './workload-context.ts'
import type { Written } from './written.ts'

/** Content of configuration files by absolute path in the container. */
export type ConfigFiles = Readonly<Record<string, string>>

export const CONFIG_FILES = map(anyText(), "'/etc/web/config.yaml'")

export interface WrittenConfigFiles {
  readonly configMap: EmittedObject<IConfigMap>
  readonly volume: Written<IIoK8sApiCoreV1Volume>
  readonly mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
}

const VOLUME = 'config'

/**
 * Emits an immutable ConfigMap whose name carries the hash of its content. A changed file so makes
 * a new revision of the pods, and pods of the old revision keep finding the old content: publish
 * keeps the ConfigMaps of the last three revisions.
 *
 * Each file is mounted by itself, so what the image has beside it stays visible. That such mounts
 * never update does no harm here, since the content never changes.
 */
export function emitConfigFiles(
  scope: Construct,
  { app, metadata, mistakes }: WorkloadContext,
  files: ConfigFiles,
): WrittenConfigFiles {
  const paths = Object.keys(files).sort()
  const keys = new Map<string, string>()
  const data: Record<string, string> = {}
  for (const path of paths) {
    if (!posix.isAbsolute(path) || posix.normalize(path) !== path || path.endsWith('/')) {
      mistakes.add({
        option: `files[${JSON.stringify(path)}]`,
        problem: 'must be named by an absolute path',
        remedy: 'Write the path in the container, as `/etc/web/config.yaml`',
      })
    }
    const key = uniqueKey(posix.basename(path) || 'file', data)
    keys.set(path, key)
    data[key] = files[path] ?? ''
  }
  const name = `${app}-config-${contentHash(JSON.stringify(Object.entries(data)))}`
  const configMap = new EmittedObject<IConfigMap>(scope, 'ConfigFiles', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(name),
    immutable: true,
    data,
  })
  return {
    configMap,
    volume: { name: VOLUME, configMap: { name, defaultMode: 0o444 } },
    mounts: paths.map((path) => ({
      name: VOLUME,
      mountPath: path,
      subPath: keys.get(path),
      readOnly: true,
    })),
  }
}

function uniqueKey(base: string, taken: Readonly<Record<string, string>>): string {
  const legal = base.replaceAll(/[^-._a-zA-Z0-9]/g, '_')
  let key = legal
  for (let count = 2; key in taken; count++) key = `${count}-${legal}`
  return key
}
