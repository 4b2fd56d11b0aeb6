import type { Construct, IConstruct } from 'constructs'

const FILES = Symbol.for('lockstep.extraFiles')

/** A file of an app that is not a Kubernetes object and that nothing syncs, as a rollout's plan. */
export interface ExtraFile {
  /** Below the environment's folder. */
  readonly path: string
  /** Called once, at synth. */
  readonly text: () => string
}

export function addExtraFile(construct: Construct, file: ExtraFile): void {
  const files = extraFilesOf(construct)
  if (files.length === 0) Object.defineProperty(construct, FILES, { value: [file] })
  else (files as ExtraFile[]).push(file)
}

export const extraFilesOf = (construct: IConstruct): readonly ExtraFile[] =>
  ((construct as unknown as Record<symbol, unknown>)[FILES] as ExtraFile[] | undefined) ?? []
