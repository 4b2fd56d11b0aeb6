import { execFile } from 'node:child_process'
import { isRecord, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { cachedBinary } from '../control-plane/binary-cache.ts'
import { KUBECTL } from './programs.ts'

/** What came of reading an object into kubectl's Go types. */
export type RoundTrip =
  /** It was read and written again; `lost` are the fields that the types do not know. */
  | { readonly outcome: 'written'; readonly lost: readonly string[] }
  /** It was read without an error; kubectl writes no objects of this kind. */
  | { readonly outcome: 'read' }
  | { readonly outcome: 'unknown kind' }
  | { readonly outcome: 'refused'; readonly message: string }

/** Reads an object into the Go types of kubectl's version, without a cluster. */
export async function roundTrip(object: KubernetesObject): Promise<RoundTrip> {
  const { written, message } = await kubectl(commandFor(object), JSON.stringify(object))
  if (written !== undefined) {
    return { outcome: 'written', lost: [...lostFields(object, written, '')] }
  }
  if (message.includes('does not have a pod template')) return { outcome: 'read' }
  if (/no kind "\w+" is registered/.test(message)) return { outcome: 'unknown kind' }
  return { outcome: 'refused', message }
}

const MARK = 'lockstep-round-trip'

/** One that changes the object, since kubectl writes nothing otherwise, and only by adding. */
function commandFor(object: KubernetesObject): readonly string[] {
  if (object.kind === 'RoleBinding') {
    return ['subject', `--serviceaccount=${object.metadata.namespace}:${MARK}`]
  }
  if (object.kind === 'Service' && isRecord(object.spec) && isRecord(object.spec.selector)) {
    const labels = Object.entries(object.spec.selector).map(([key, value]) => `${key}=${value}`)
    return ['selector', labels.join()]
  }
  return ['env', `${MARK.toUpperCase().replaceAll('-', '_')}=1`]
}

function kubectl(
  [what = '', change = '']: readonly string[],
  input: string,
): Promise<{ written: unknown; message: string }> {
  const options = ['--local', '--filename', '-', '--output', 'json']
  return new Promise((resolve, reject) => {
    const child = execFile(
      cachedBinary(KUBECTL),
      ['set', what, ...options, change],
      // A kubeconfig of this machine has no say in this.
      { env: { KUBECONFIG: '/dev/null' } },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error)
        else resolve({ written: stdout === '' ? undefined : JSON.parse(stdout), message: stderr })
      },
    )
    child.stdin?.end(input)
  })
}

/** Fields of `before` that `after` lacks or has otherwise, as paths. */
function* lostFields(before: unknown, after: unknown, path: string): Generator<string> {
  const entries = entriesOf(before)
  if (entries === undefined || typeof after !== 'object') {
    if (before !== after && !(after === undefined && isZero(before))) yield path
    return
  }
  for (const [key, value] of entries) {
    yield* lostFields(value, new Map(entriesOf(after)).get(key), `${path}.${key}`)
  }
}

const entriesOf = (value: unknown): [string, unknown][] | undefined =>
  typeof value === 'object' && value !== null ? Object.entries(value) : undefined

/** What Go leaves out of JSON (`omitempty`), since reading nothing gives it as well. */
const isZero = (value: unknown): boolean =>
  value === 0 || value === false || value === '' || JSON.stringify(value) === '{}'
