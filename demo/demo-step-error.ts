/** A step of the story did not go as it was meant to. */
export class DemoStepError extends Error {
  override readonly name = 'DemoStepError'
  readonly code = 'DEMO_STEP'
  readonly remedy = 'The rest of the story would not be true, so it ends here'

  constructor(step: string, output: string) {
    super(`\`${step}\` did not do what the demo shows\n${output}`)
  }
}
