import type { SupervisedProcess } from './supervised-process.ts'

/** A program of a control plane did not come up, or has ended by itself. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  readonly code = 'CONTROL_PLANE_PROGRAM'
  readonly logFile: string

  constructor(program: string, why: string, logFile: string, lastWords: string) {
    super(`${program} ${why}; its last lines, of ${logFile}:\n${lastWords}`)
    this.logFile = logFile
  }

  static async of(program: SupervisedProcess, why: string): Promise<ProgramError> {
    const lastWords = await program.lastWords()
    return new ProgramError(program.name, why, program.logFile, lastWords)
  }
}
