import { stopPath } from '../manifests/layout.ts'
import type { Closure } from './decision.ts'
import { oneLine } from './one-line.ts'

/**
 * A file on the deploy branch that stops the rollouts of an environment, `<environment>/STOP`, or of
 * one app, `<environment>/rollouts/<namespace>/<app>/STOP`, for as long as it is there. While it is,
 * nothing is begun and no step is entered, by no one and for no reason; an abort always is.
 */
export interface StopFile {
  /** On the branch. */
  readonly path: string
  /** What is in it: why. May be empty. */
  readonly text: string
}

export interface StopPlace {
  /** Its folder. */
  readonly environment: string
  readonly namespace: string
  readonly app: string
}

/** Where a file would stop an app: first for all of its environment, then for itself. */
export const stopPaths = ({ environment, namespace, app }: StopPlace): readonly string[] => [
  `${environment}/${stopPath()}`,
  `${environment}/${stopPath({ namespace, app })}`,
]

/** What the files that are there come to; `undefined` if there are none. Never ends by itself. */
export function stopClosure(files: readonly StopFile[]): Closure | undefined {
  if (files.length === 0) return undefined
  return { reason: files.map(sentence).join(', and ') }
}

const sentence = ({ path, text }: StopFile): string => {
  const reason = oneLine(text) || 'no reason given'
  return `stopped by ${path} (${reason}) until somebody deletes it`
}
