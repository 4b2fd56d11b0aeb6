import { at, fields, items, text } from '../../manifests/fields.ts'
import { isRecord } from '../../manifests/kubernetes-object.ts'
import { forEachContainer, forEachWorkload } from '../for-each.ts'
import type { ObjectSet } from '../object-set.ts'
import type { Rule } from '../rule.ts'
import type { Workload } from '../workload.ts'

const duplicateEnv: Rule = {
  id: 'env/duplicate',
  severity: 'error',
  title: 'No environment variable is set twice in one container',
  why: 'The last one wins, silently; and server-side apply, which Flux uses, refuses the list.',
  peers: [
    'kube-score/environment-variable-key-duplication',
    'kube-linter/duplicate-env-var',
    'kubescape/C-0295',
  ],
  check: forEachContainer(({ spec, field }) => {
    const seen = new Set<unknown>()
    return items(spec.env).flatMap((entry, index) => {
      const name = at(entry, 'name')
      const isTwice = seen.has(name)
      seen.add(name)
      if (!isTwice) return []
      return {
        field: `${field}.env[${index}].name`,
        message: `${String(name)} is set twice`,
        remedy: 'Keep one',
      }
    })
  }),
}

const envValue: Rule = {
  id: 'env/value',
  severity: 'error',
  title: 'An environment variable has a name, and a value or a reference',
  why: 'The API server refuses a variable with both.',
  check: forEachContainer(({ spec, field }) =>
    items(spec.env).flatMap((entry, index) => {
      const { name, value, valueFrom } = fields(entry)
      const variable = `${field}.env[${index}]`
      if (typeof name !== 'string' || !/^[ -<>-~]+$/.test(name)) {
        return {
          field: `${variable}.name`,
          message: `${JSON.stringify(name)} is no name of a variable`,
          remedy: 'Use letters, digits and _',
        }
      }
      if (valueFrom === undefined || value === undefined || value === '') return []
      return {
        field: variable,
        message: `${name} has both a value and a reference`,
        remedy: 'Keep one',
      }
    }),
  ),
}

/** `-` and a content hash, as Lockstep and kustomize append it. */
const HASHED = /-([0-9a-f]{8,64}|[bcdfghjklmnpqrstvwxz2456789]{10})$/

/** Whether the content behind a ConfigMap or Secret volume can change under a running pod. */
function canChange(volume: unknown, { namespace }: Workload, objects: ObjectSet): boolean {
  const configMap = text(at(volume, 'configMap', 'name'))
  const name = configMap ?? text(at(volume, 'secret', 'secretName'))
  if (name === undefined || HASHED.test(name)) return false
  const found = objects.find('', configMap === undefined ? 'Secret' : 'ConfigMap', namespace, name)
  return found?.object.immutable !== true
}

const subPath: Rule = {
  id: 'config/sub-path',
  severity: 'warning',
  title: 'Configuration that may change is not mounted by `subPath`',
  why: 'Such a mount is never updated: the pod keeps the content of its start, and no two pods need have the same.',
  check: forEachWorkload((workload, objects) => {
    const changing = items(workload.podSpec.volumes)
      .filter((volume) => canChange(volume, workload, objects))
      .map((volume) => at(volume, 'name'))
    if (changing.length === 0) return undefined
    return workload.containers.flatMap(({ spec, field }) =>
      items(spec.volumeMounts).flatMap((mount, index) => {
        const isSub = at(mount, 'subPath') !== undefined || at(mount, 'subPathExpr') !== undefined
        if (!isSub || !changing.includes(at(mount, 'name'))) return []
        return {
          field: `${field}.volumeMounts[${index}].subPath`,
          message: `'${String(at(mount, 'name'))}' may change and is mounted by \`subPath\``,
          remedy: 'Mount the whole folder, or use an immutable ConfigMap with a content hash name',
        }
      }),
    )
  }),
}

/** Names of ConfigMaps that a workload reads, once each. */
function configMapsOf({ containers, podSpec }: Workload): ReadonlySet<string> {
  const names = [
    ...items(podSpec.volumes).map((volume) => at(volume, 'configMap', 'name')),
    ...containers.flatMap(({ spec }) => [
      ...items(spec.envFrom).map((entry) => at(entry, 'configMapRef', 'name')),
      ...items(spec.env).map((entry) => at(entry, 'valueFrom', 'configMapKeyRef', 'name')),
    ]),
  ]
  return new Set(names.filter((name) => typeof name === 'string'))
}

const noRestart: Rule = {
  id: 'config/no-restart',
  severity: 'advice',
  title: 'A change of configuration is rolled out like a change of the image',
  why: 'Pods do not restart when a ConfigMap changes. Environment variables stay old until somebody restarts them; files change under the running program, in all pods at once.',
  check: forEachWorkload((workload, objects) => {
    if (Object.keys(workload.podAnnotations).some((key) => /checksum|hash/i.test(key))) {
      return undefined
    }
    return [...configMapsOf(workload)].flatMap((name) => {
      const found = objects.find('', 'ConfigMap', workload.namespace, name)
      if (!isRecord(found?.object) || found.object.immutable === true || HASHED.test(name)) {
        return []
      }
      return {
        message: `A change of ConfigMap ${name} starts no rollout`,
        remedy: 'Make it immutable with a content hash in its name, or annotate the pods with one',
      }
    })
  }),
}

export const configRules: readonly Rule[] = [duplicateEnv, envValue, subPath, noRestart]
