/** Trailers by which machines read what a commit on the deploy branch is about, as `git interpret-trailers` does. */
export interface CommitTrailers {
  /** What was done: `publish`, `handover`, `initialize`. */
  readonly action: string
  readonly environment?: string
  /** Apps that got something new, `<namespace>/<app>`. */
  readonly apps?: readonly string[]
  /** Commit of the app definitions, with `+dirty` if there were changes that no commit has. */
  readonly source?: string | undefined
  /** More, by name without the prefix: `Object`. */
  readonly more?: readonly (readonly [name: string, value: string])[]
}

/** @param text subject, and body after an empty line */
export function commitMessage(text: string, trailers: CommitTrailers): string {
  const { action, environment, apps = [], source, more = [] } = trailers
  const lines = [
    ['Action', action],
    ...(environment === undefined ? [] : [['Environment', environment]]),
    ...apps.map((app) => ['App', app]),
    ...more,
    ...(source === undefined ? [] : [['Source', source]]),
  ].map(([name, value]) => `Lockstep-${name}: ${value}`)
  return `${text.trim()}\n\n${lines.join('\n')}\n`
}

/** What a publish is called if nobody says otherwise: `publish prod: shop/checkout, shop/web`. */
export function publishSubject(environment: string, apps: readonly string[]): string {
  const shown = apps.slice(0, 3).join(', ')
  const rest = apps.length > 3 ? ` and ${apps.length - 3} more` : ''
  return apps.length === 0 ? `publish ${environment}` : `publish ${environment}: ${shown}${rest}`
}
