import { STAGE_NAMES } from '../rollouts/stage-name.ts'
import { APP_TRAILERS, type AppTrailers, TRAILER_ACTIONS } from './app-trailers.ts'

/** What the trailers of a commit on the deploy branch say. */
export interface ReadTrailers {
  /** Absent if the commit is none of ours. */
  readonly action?: string
  readonly environment?: string
  readonly source?: string
  readonly apps: readonly AppTrailers[]
}

/**
 * Reads the trailers of a commit message: those of the last paragraph, as `git interpret-trailers` does,
 * since all others are words of somebody. A line that is no trailer of ours is passed over, as one that
 * says who has signed off; a value that we never write makes its trailer absent.
 */
export function readTrailers(message: string): ReadTrailers {
  const read: { action?: string; environment?: string; source?: string } = {}
  const groups: Group[] = []
  for (const [name, value] of trailerLines(message)) {
    if (name === 'Action') read.action ??= value
    else if (name === 'Environment') read.environment ??= value
    else if (name === 'Source') read.source ??= value
    else if (name === APP_TRAILERS.app) groups.push({ app: value, values: new Map() })
    else groups.at(-1)?.values.set(name, [...(groups.at(-1)?.values.get(name) ?? []), value])
  }
  return { ...read, apps: groups.map(readGroup) }
}

interface Group {
  readonly app: string
  readonly values: Map<string, readonly string[]>
}

function readGroup({ app, values }: Group): AppTrailers {
  const text = (key: keyof AppTrailers): string | undefined => values.get(APP_TRAILERS[key])?.[0]
  const action = TRAILER_ACTIONS.find((known) => known === text('action'))
  const stage = STAGE_NAMES.find((known) => known === text('stage'))
  const commit = wholeNumber(text('commit'))
  const weight = wholeNumber(text('weight'))
  const evidence = values.get(APP_TRAILERS.evidence)
  return {
    app,
    ...(action !== undefined && { action }),
    ...(commit !== undefined && { commit }),
    ...(stage !== undefined && { stage }),
    ...(weight !== undefined && { weight }),
    ...(evidence !== undefined && { evidence }),
    ...Object.fromEntries(
      TEXTS.flatMap((key) => {
        const value = text(key)
        return value === undefined ? [] : [[key, value]]
      }),
    ),
  }
}

const TEXTS = [
  'rollout',
  'step',
  'from',
  'revision',
  'base',
  'queued',
  'heldBack',
  'actor',
] as const satisfies readonly (keyof AppTrailers)[]

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined

const TRAILER = /^Lockstep-([A-Za-z-]+):(.*)$/

/** All trailers of ours, without what their names begin with, in their order. */
export function trailerLines(message: string): readonly (readonly [name: string, value: string])[] {
  // The first paragraph is the subject.
  const [, ...paragraphs] = message.trimEnd().split(/\n[^\S\n]*\n/)
  return (paragraphs.at(-1) ?? '').split(/\r?\n/).flatMap((line): (readonly [string, string])[] => {
    const [, name, value = ''] = TRAILER.exec(line) ?? []
    return name === undefined ? [] : [[name, value.trim()]]
  })
}
