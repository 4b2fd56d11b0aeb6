import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import type { PeerFinding } from './peer-finding.ts'
import { KUBE_SCORE } from './programs.ts'

export interface KubeScoreProps {
  /** Whether what workloads say of themselves counts (`kube-score/ignore`). */
  readonly heedWaivers: boolean
}

/** Part of the JSON that kube-score prints, one for each object that it has a check for. */
interface ScoredObject {
  readonly type_meta: { readonly kind: string }
  readonly object_meta: { readonly name: string; readonly namespace: string }
  readonly checks: readonly {
    readonly check: { readonly id: string }
    /** 1 is critical, 5 a warning; from 7 on it is well enough. */
    readonly grade: number
    readonly skipped: boolean
  }[]
}

const WARNING = 5

/** All findings of kube-score in a folder of manifests, those of its optional checks included. */
export async function kubeScore(
  folder: string,
  { heedWaivers }: KubeScoreProps,
): Promise<readonly PeerFinding[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
  const waivers = heedWaivers ? [] : ['--disable-ignore-checks-annotations']
  const options = ['--output-format=json', '--all-default-optional', '--kubernetes-version=v1.31']
  const objects = await score(['score', ...options, ...waivers, ...files])
  return objects.flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade <= WARNING && !skipped)
      .map(({ check }) => ({
        check: check.id,
        object: `${type_meta.kind} ${object_meta.namespace}/${object_meta.name}`,
      })),
  )
}

/** It ends with 1 if it found something critical; then too, its output is what we came for. */
async function score(args: readonly string[]): Promise<readonly ScoredObject[]> {
  const { stdout } = await promisify(execFile)(cachedBinary(KUBE_SCORE), args, {
    maxBuffer: 256 * 1024 * 1024,
  }).catch((error: { code?: unknown; stdout?: string }) => {
    if (error.code === 1 && error.stdout?.startsWith('[')) return { stdout: error.stdout }
    throw error
  })
  return JSON.parse(stdout) as readonly ScoredObject[]
}
