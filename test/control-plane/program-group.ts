import { ProgramError } from './program-error.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** Programs that need each other: as soon as one ends by itself, the others are worth nothing. */
export class ProgramGroup {
  readonly #members: { stop(): Promise<void> }[] = []
  readonly #broken = Promise.withResolvers<ProgramError>()
  readonly #abort = new AbortController()

  /** Settles when one has ended although nobody stopped it. */
  get broken(): Promise<ProgramError> {
    return this.#broken.promise
  }

  /** The same, for those who wait for something else; the error is its reason. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  addProgram(program: SupervisedProcess): void {
    this.#members.push(program)
    void this.#watch(program)
  }

  /** Something in this process. */
  add(member: { stop(): Promise<void> }): void {
    this.#members.push(member)
  }

  /** The last one first: none may see what it depends on go away. */
  async stop(): Promise<void> {
    for (const member of this.#members.toReversed()) await member.stop()
  }

  async #watch(program: SupervisedProcess): Promise<void> {
    const how = await program.ended
    if (program.isStopping) return
    const error = await ProgramError.of(program, `ended with ${how}`)
    this.#abort.abort(error)
    this.#broken.resolve(error)
  }
}
