/** A setting of Git's configuration, as `['gc.auto', '0']`. */
export type GitSetting = readonly [key: string, value: string]

export interface GitEnvironmentProps {
  /** Environment of this process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Repository to work in. */
  readonly gitDir?: string
  /** Configuration files that apply before the environment's own settings: those of the source. */
  readonly include?: readonly string[]
  /** Settings that win over everything else. */
  readonly settings?: readonly GitSetting[]
  readonly interactive: boolean
}

/**
 * Variables by which a `git` that called us (from a hook, an alias, `rebase --exec`) would send our
 * commands into its own repository and index: those of `git rev-parse --local-env-vars` that do not
 * carry settings, and the marks of a hook on a server.
 */
const FOREIGN_VARIABLES = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
] as const

/**
 * The environment for a `git` command. What the person has set up keeps working: credentials, SSH,
 * proxies, `GIT_CONFIG_*` settings. Settings travel in variables and not as arguments, so that an
 * address with a password in it does not show in the list of processes.
 */
export function gitEnvironment(props: GitEnvironmentProps): NodeJS.ProcessEnv {
  const { env, gitDir, include = [], settings = [], interactive } = props
  const result: NodeJS.ProcessEnv = { ...env }
  for (const name of FOREIGN_VARIABLES) delete result[name]
  // Messages are read by us; `status` must not refresh the index of the person's work tree.
  Object.assign(result, { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' })
  if (!interactive) result.GIT_TERMINAL_PROMPT = '0'
  if (gitDir !== undefined) result.GIT_DIR = gitDir
  const included = include.map((path): GitSetting => ['include.path', path])
  return { ...result, ...asVariables([...included, ...settingsOf(env), ...settings]) }
}

function asVariables(settings: readonly GitSetting[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) }
  settings.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${index}`] = key
    variables[`GIT_CONFIG_VALUE_${index}`] = value
  })
  return variables
}

function settingsOf(env: GitEnvironmentProps['env']): readonly GitSetting[] {
  const count = Number(env.GIT_CONFIG_COUNT ?? 0)
  if (!Number.isSafeInteger(count)) return []
  return Array.from(
    { length: Math.max(0, count) },
    (_, index): GitSetting => [
      env[`GIT_CONFIG_KEY_${index}`] ?? '',
      env[`GIT_CONFIG_VALUE_${index}`] ?? '',
    ],
  ).filter(([key]) => key !== '')
}
