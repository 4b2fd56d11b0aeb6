import { z } from 'zod'
import { emitYaml } from '../manifests/emit-yaml.ts'
import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import { objectPath, planPath, revisionPath } from '../manifests/layout.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import { MalformedRecordError } from './malformed-record-error.ts'
import { PLAN_API_VERSION } from './plan.ts'
import type { PlanProblem } from './plan-problem.ts'
import { type RolloutFile, readRolloutFile } from './read-rollout-file.ts'
import { REVISION } from './record-schema.ts'
import type { Rendition } from './rendition.ts'

const RENDITION_KIND = 'RolloutRendition'

/** A rendition as it is kept on the branch: `rollouts/<namespace>/<app>/revisions/<revision>.yaml`. */
interface RenditionFile {
  readonly apiVersion: typeof PLAN_API_VERSION
  readonly kind: typeof RENDITION_KIND
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly revision: string
    readonly files: readonly { readonly path: string; readonly text: string }[]
  }
}

/**
 * The file that keeps a rendition, with the exact text of every file in it.
 *
 * @param app `<namespace>/<app>`
 */
export function renditionFile(app: string, { revision, files }: Rendition): RenderedFile {
  const [namespace = '', name = ''] = app.split('/')
  const content: RenditionFile = {
    apiVersion: PLAN_API_VERSION,
    kind: RENDITION_KIND,
    metadata: { name, namespace },
    spec: { revision, files: files.map(({ path, text }) => ({ path, text })) },
  }
  return { path: revisionPath(namespace, name, revision), text: emitYaml(content), app }
}

/**
 * Reads a rendition back, byte for byte.
 *
 * @param path of the file on the branch,
 * `<environment>/rollouts/<namespace>/<app>/revisions/<revision>.yaml`
 * @throws {MalformedRecordError} with everything that is wrong: what stands in it is written to the
 * branch one day, so nothing may stand in it that an app could not have published there
 */
export function readRendition(text: string, path: string): Rendition {
  const { metadata, spec } = readRolloutFile(text, path, RENDITION_FILE)
  const app = `${metadata.namespace}/${metadata.name}`
  const plan = planPath(metadata.namespace, metadata.name)
  const read = spec.files.map((file, index) =>
    file.path === plan ? { file: { ...file, app } } : readSynced(file, index, metadata.name, app),
  )
  const problems = read.flatMap(({ problem }) => problem ?? [])
  if (problems.length > 0) throw new MalformedRecordError(path, problems)
  return { revision: spec.revision, files: read.flatMap(({ file }) => file ?? []) }
}

interface ReadFile {
  readonly file?: RenderedFile
  readonly problem?: PlanProblem
}

function readSynced(
  { path, text }: { readonly path: string; readonly text: string },
  index: number,
  name: string,
  app: string,
): ReadFile {
  const problemAt = (field: string, problem: string): ReadFile => ({
    problem: {
      field: `spec.files[${index}].${field}`,
      problem,
      remedy: 'Restore what was there before',
    },
  })
  const object = readObject(text, path)
  if (typeof object === 'string') return problemAt('text', object)
  const expected = objectPath(object, name)
  if (path !== expected) return problemAt('path', `must be ${expected}, by what the file holds`)
  return { file: { path, text, app, object } }
}

/** @returns what is wrong with a text that is not one object */
function readObject(text: string, path: string): KubernetesObject | string {
  try {
    const [only, ...others] = readManifests(text, path)
    const isOne = only?.object !== undefined && others.length === 0
    return isOne ? only.object : 'must be one Kubernetes object'
  } catch (error) {
    if (!(error instanceof UnreadableManifestError)) throw error
    return `cannot be read: ${error.message}`
  }
}

const RENDITION_FILE: RolloutFile<RenditionFile> = {
  schema: z.strictObject({
    apiVersion: z.literal(PLAN_API_VERSION),
    kind: z.literal(RENDITION_KIND),
    metadata: z.strictObject({ name: z.string(), namespace: z.string() }),
    spec: z.strictObject({
      revision: REVISION,
      files: z.array(z.strictObject({ path: z.string(), text: z.string() })),
    }),
  }),
  pathOf: ({ metadata, spec }) => revisionPath(metadata.namespace, metadata.name, spec.revision),
  problemsOf: ({ spec }) => doubled(spec.files.map(({ path }) => path)),
  malformed: (path, problems, options) => new MalformedRecordError(path, problems, options),
}

const doubled = (paths: readonly string[]): readonly PlanProblem[] =>
  paths.flatMap((path, index) =>
    paths.indexOf(path) === index
      ? []
      : [
          {
            field: `spec.files[${index}].path`,
            value: path,
            problem: 'is there twice',
            remedy: 'Leave one of them',
          },
        ],
  )
