import type { SupervisedProcess } from './supervised-process.ts'

/** A program of the control plane did not come up. */
export class ControlPlaneStartError extends Error {
  override readonly name = 'ControlPlaneStartError'
  readonly code = 'CONTROL_PLANE_START'
  readonly logFile: string

  constructor(program: string, why: string, logFile: string, lastWords: string) {
    super(`${program} ${why}; its last lines, of ${logFile}:\n${lastWords}`)
    this.logFile = logFile
  }

  static async of(program: SupervisedProcess, why: string): Promise<ControlPlaneStartError> {
    const lastWords = await program.lastWords()
    return new ControlPlaneStartError(program.name, why, program.logFile, lastWords)
  }
}
