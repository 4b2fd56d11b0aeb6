import { planPath, recordPath, revisionPath } from '../manifests/layout.ts'
import { readManifests } from '../manifests/read-yaml.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { UnreadableManifestError } from '../manifests/unreadable-manifest-error.ts'
import { MalformedPlanError } from '../rollouts/malformed-plan-error.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { neededRevisions } from '../rollouts/needed-revisions.ts'
import type { RolloutPlan } from '../rollouts/plan.ts'
import { readPlan } from '../rollouts/read-plan.ts'
import { readRecord } from '../rollouts/read-record.ts'
import { NO_ROLLOUT_YET, type RecordSpec } from '../rollouts/record.ts'
import type { Rendition } from '../rollouts/rendition.ts'
import { readRendition } from '../rollouts/rendition-file.ts'
import type { AppToMerge, BranchApp } from './app-merge.ts'
import { MissingRenditionError } from './missing-rendition-error.ts'

/** What the branch has of an app, read as far as somebody asks. */
export class ReleasedApp {
  readonly app: string
  readonly onBranch: BranchApp
  readonly #environment: string
  readonly #namespace: string
  readonly #name: string

  constructor({ app, environment }: AppToMerge, onBranch: BranchApp) {
    const [namespace = '', name = ''] = app.split('/')
    this.app = app
    this.onBranch = onBranch
    this.#environment = environment
    this.#namespace = namespace
    this.#name = name
  }

  /** Paths of what is applied to a cluster. */
  get syncedPaths(): readonly string[] {
    return this.onBranch.paths.filter((path) => !path.startsWith('rollouts/'))
  }

  get planPath(): string {
    return planPath(this.#namespace, this.#name)
  }

  get recordPath(): string {
    return recordPath(this.#namespace, this.#name)
  }

  /** @throws {MalformedRecordError} */
  record(): RecordSpec {
    const text = this.onBranch.texts.get(this.recordPath)
    if (text === undefined) return NO_ROLLOUT_YET
    return readRecord(text, this.#onBranch(this.recordPath)).spec
  }

  /**
   * @throws {MalformedRecordError} if it cannot be read
   * @throws {MissingRenditionError} if it is not there
   */
  rendition(revision: string): Rendition {
    const path = revisionPath(this.#namespace, this.#name, revision)
    const text = this.onBranch.texts.get(path)
    if (text === undefined) throw new MissingRenditionError(this.app, revision, this.#environment)
    return readRendition(text, this.#onBranch(path))
  }

  /**
   * The plan among some files; `undefined` without one.
   *
   * @throws {MalformedPlanError}
   */
  planIn(files: readonly Pick<RenderedFile, 'path' | 'text'>[]): RolloutPlan | undefined {
    const text = files.find(({ path }) => path === this.planPath)?.text
    return text === undefined ? undefined : readPlan(text, this.#onBranch(this.planPath))
  }

  /**
   * The plan of a rendition.
   *
   * @throws {MalformedPlanError} also if it has none
   */
  planOf({ files }: Rendition): RolloutPlan {
    const text = files.find(({ path }) => path === this.planPath)?.text ?? ''
    return readPlan(text, this.#onBranch(this.planPath))
  }

  /**
   * Synced files and plan at rest, as far as they were read.
   *
   * @throws {UnreadableManifestError}
   */
  filesAtRest(): readonly RenderedFile[] {
    return [...this.syncedPaths, this.planPath].flatMap((path) => {
      const text = this.onBranch.texts.get(path)
      if (text === undefined) return []
      const object =
        path === this.planPath ? undefined : readManifests(text, this.#onBranch(path))[0]?.object
      return [{ path, text, app: this.app, ...(object !== undefined && { object }) }]
    })
  }

  /** Paths of the renditions that a record needs and that are there, but for some. */
  keptRenditions(record: RecordSpec, except: readonly string[] = []): readonly string[] {
    const there = new Set(this.onBranch.paths)
    return [...neededRevisions(record)]
      .filter((revision) => !except.includes(revision))
      .map((revision) => revisionPath(this.#namespace, this.#name, revision))
      .filter((path) => there.has(path))
  }

  #onBranch(path: string): string {
    return `${this.#environment}/${path}`
  }
}

/** What is on the branch of an app cannot be relied on. */
export type UnreadableError =
  | MalformedPlanError
  | MalformedRecordError
  | MissingRenditionError
  | UnreadableManifestError

/** Whether an error says that what is on the branch of an app cannot be relied on. */
export const isUnreadable = (error: unknown): error is UnreadableError =>
  [MalformedPlanError, MalformedRecordError, MissingRenditionError, UnreadableManifestError].some(
    (known) => error instanceof known,
  )
