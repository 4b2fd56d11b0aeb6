/** A time in which somebody believed to lead, by the clock that all processes of a machine share. */
export interface Term {
  readonly who: string
  readonly fromUs: number
  readonly untilUs: number
}
