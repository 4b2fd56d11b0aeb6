import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, YAMLException } from 'js-yaml'
import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import { branchName } from './branch-name.ts'

/** What `cdk8s.yaml` says about the project. Keys of others that we do not need are left alone. */
export interface ProjectConfig {
  /** Shell command that runs the app definitions. */
  readonly app: string
  /**
   * Folder that synth writes.
   *
   * @default 'dist'
   */
  readonly output: string
  /**
   * Git remote, path or URL of the deploy repository.
   *
   * @default 'origin'
   */
  readonly remote: string
  /**
   * Branch that Flux or Argo CD watches.
   *
   * @default 'deploy'
   */
  readonly branch: string
  /**
   * By which the deploy branch knows whose apps are whose.
   *
   * @default - `name` of package.json; none without one
   */
  readonly project: string | undefined
}

const FILE = 'cdk8s.yaml'

/** What the file may hold: our keys, and those that the official CLI reads (`Config` of cdk8s-cli). */
const KEYS: readonly string[] = [
  'app',
  'output',
  'lockstep',
  'language',
  'imports',
  'importDirectory',
  'pluginsDirectory',
  'synthConfig',
  'validations',
]

/** What `lockstep` in the file may hold. */
const SETTINGS: readonly string[] = ['remote', 'branch', 'project']

/** @throws {ProjectConfigError} if the file is missing, malformed, misspells a key, or names no app */
export function readProjectConfig(cwd: string): ProjectConfig {
  const config = parse(readFile(join(cwd, FILE)))
  assertNoSlip(config)
  const lockstep =
    optional(config, 'lockstep', isRecord, 'a map with `remote`, `branch` and `project`') ?? {}
  assertOnlySettings(lockstep)
  const app = optional(config, 'app', isText, 'a shell command')
  if (app === undefined) {
    throw new ProjectConfigError(
      'has no `app`',
      'Add the command that runs your app, as `app: node apps/main.ts`',
    )
  }
  return {
    app,
    output: optional(config, 'output', isText, 'a folder') ?? 'dist',
    remote: optional(lockstep, 'remote', isText, 'a Git remote, path or URL') ?? 'origin',
    branch: branchName(optional(lockstep, 'branch', isText, 'a branch') ?? 'deploy'),
    project: optional(lockstep, 'project', isText, 'a name') ?? packageName(cwd),
  }
}

/**
 * A key that is nearly one that is not there, or belongs below `lockstep`, would be ignored in silence,
 * and publish would write to the default place. What is near to none may be for a tool of others.
 */
function assertNoSlip(config: Readonly<Record<string, unknown>>): void {
  const missing = KEYS.filter((key) => config[key] === undefined)
  for (const key of Object.keys(config).filter((name) => !KEYS.includes(name))) {
    const meant = didYouMean(key, [...missing, ...SETTINGS])
    if (meant === undefined) continue
    throw new ProjectConfigError(
      `has \`${key}\`, which is no setting`,
      SETTINGS.includes(meant) ? `Write \`lockstep: { ${meant}: … }\`` : `Write \`${meant}\``,
    )
  }
}

/** With a misspelt `branch` or `remote`, publish would write to the default one. */
function assertOnlySettings(lockstep: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(lockstep).find((key) => !SETTINGS.includes(key))
  if (unknown === undefined) return
  const meant = didYouMean(unknown, SETTINGS)
  throw new ProjectConfigError(
    `has \`lockstep.${unknown}\`, which is no setting`,
    meant === undefined ? 'There are `remote`, `branch` and `project`' : `Write \`${meant}\``,
  )
}

/** A project has other files beside cdk8s.yaml, but need not be an npm package. */
function packageName(cwd: string): string | undefined {
  const path = join(cwd, MANIFEST)
  if (!existsSync(path)) return undefined
  const manifest = parseManifest(readFileSync(path, 'utf8'))
  return isRecord(manifest) && isText(manifest.name) ? manifest.name : undefined
}

const MANIFEST = 'package.json'

function parseManifest(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new ProjectConfigError(`is not valid JSON: ${message}`, 'Correct it', {
      cause: error,
      file: MANIFEST,
    })
  }
}

/** `cdk8s.yaml`, or the file that it is read with, cannot be used as it is. */
export class ProjectConfigError extends Error {
  override readonly name = 'ProjectConfigError'
  readonly code = 'PROJECT_CONFIG'
  readonly remedy: string

  constructor(
    problem: string,
    remedy: string,
    { file = FILE, ...options }: ErrorOptions & { readonly file?: string } = {},
  ) {
    super(`${file} ${problem}`, options)
    this.remedy = remedy
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ProjectConfigError(
      `cannot be read in this folder`,
      'Run the command where cdk8s.yaml is, or create it with `app: node apps/main.ts`',
      { cause: error },
    )
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const config = load(text)
    if (isRecord(config)) return config
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw new ProjectConfigError(`is not valid YAML: ${error.message}`, 'Correct it', {
      cause: error,
    })
  }
  throw new ProjectConfigError(
    'is not a map of settings',
    'Write keys, as `app: node apps/main.ts`',
  )
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

function optional<T>(
  config: Readonly<Record<string, unknown>>,
  key: string,
  is: (value: unknown) => value is T,
  expected: string,
): T | undefined {
  const value = config[key]
  if (value === undefined || value === null) return undefined
  if (is(value)) return value
  throw new ProjectConfigError(`has \`${key}: ${JSON.stringify(value)}\``, `Make it ${expected}`)
}
