import { type AppTrailers, appTrailerLines } from './app-trailers.ts'

/** Trailers by which machines read what a commit on the deploy branch is about, as `git interpret-trailers` does. */
export interface CommitTrailers {
  /** What was done: `publish`, `rollout`, `handover`, `initialize`. */
  readonly action: string
  readonly environment?: string
  /** Apps that got something new, and what. */
  readonly apps?: readonly AppTrailers[]
  /** Commit of the app definitions, with `+dirty` if there were changes that no commit has. */
  readonly source?: string | undefined
  /** More, by name without the prefix: `Object`. */
  readonly more?: readonly (readonly [name: string, value: string])[]
}

/**
 * The message of a commit. Whatever anybody has said in a value or in the text, it makes no trailer of
 * its own: values are put on one line, and the text is never the last paragraph.
 *
 * @param text subject, and body after an empty line
 */
export function commitMessage(text: string, trailers: CommitTrailers): string {
  const { action, environment, apps = [], source, more = [] } = trailers
  const lines = [
    ['Action', action],
    ...(environment === undefined ? [] : [['Environment', environment]]),
    ...apps.flatMap(appTrailerLines),
    ...more,
    ...(source === undefined ? [] : [['Source', source]]),
  ].map(([name, value = '']) => `Lockstep-${name}: ${onOneLine(value)}`)
  return `${withoutDividers(text.trim())}\n\n${lines.join('\n')}\n`
}

/** What a publish is called if nobody says otherwise: `publish prod: shop/checkout, shop/web`. */
export function publishSubject(environment: string, apps: readonly string[]): string {
  const shown = apps.slice(0, 3).join(', ')
  const rest = apps.length > 3 ? ` and ${apps.length - 3} more` : ''
  return apps.length === 0 ? `publish ${environment}` : `publish ${environment}: ${shown}${rest}`
}

/** Git takes a line that begins with white space for more of the value before, and no control character. */
const onOneLine = (value: string): string => value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()

/** Behind `---` Git expects a patch, and looks for trailers before it. It takes no NUL at all. */
const withoutDividers = (text: string): string =>
  text.replaceAll('\0', '').replaceAll(/^---/gm, ' ---')
