import type { IIoK8sApiCoreV1Volume } from 'kubernetes-models/v1/Volume'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import { map } from './collection-shapes.ts'
import type { SecretFiles } from './container.ts'
import type { Mistakes } from './mistakes.ts'
import { BYTES, type ByteAmount, byteQuantity } from './quantities.ts'
import type { Written } from './written.ts'

/** Writable folders of a container, with the most that each may hold. */
export type ScratchFolders = Readonly<Record<string, ByteAmount>>

export const SCRATCH = map(BYTES, "'/var/cache/web'")

/** Volumes of a pod and where its own container sees them. */
export interface Volumes {
  readonly volumes: readonly Written<IIoK8sApiCoreV1Volume>[]
  readonly mounts: readonly Written<IIoK8sApiCoreV1VolumeMount>[]
}

/** `/tmp` and whatever else must be writable: the root file system is not. */
export function writeScratch(folders: ScratchFolders, mistakes: Mistakes): Volumes {
  const all: Record<string, ByteAmount> = { '/tmp': '64Mi', ...folders }
  const entries = Object.keys(all)
    .sort()
    .map((path) => ({ path, name: volumeName(path), limit: all[path] ?? '64Mi' }))
  for (const { path } of entries) {
    if (!path.startsWith('/') || path === '/') {
      mistakes.add({
        option: 'scratch',
        value: path,
        problem: 'must be absolute',
        remedy: 'Write it as `/var/cache/web`',
      })
    }
  }
  return {
    volumes: entries.map(({ name, limit }) => ({
      name,
      emptyDir: { sizeLimit: byteQuantity(limit) },
    })),
    mounts: entries.map(({ name, path }) => ({ name, mountPath: path })),
  }
}

/** Each Secret as a folder that only the app's user can read. */
export function writeSecretFiles(secretFiles: SecretFiles): Volumes {
  const entries = Object.entries(secretFiles).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    volumes: entries.map(([path, { name }]) => ({
      name: `secret-${volumeName(path)}`,
      secret: { secretName: name, defaultMode: 0o440 },
    })),
    mounts: entries.map(([path]) => ({
      name: `secret-${volumeName(path)}`,
      mountPath: path,
      readOnly: true,
    })),
  }
}

/** `/var/cache/web` → `var-cache-web`. */
const volumeName = (path: string): string =>
  path
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 50)
