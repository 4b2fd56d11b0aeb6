/** Why a value is refused, as the end of a sentence that begins with its field, and what to write. */
export interface Complaint {
  readonly message: string
  readonly remedy: string
}

/** Looks at a value of the right type. A check for another type than the value's does not apply. */
export type ValueCheck = (value: unknown) => Complaint | undefined

/** A value as it is shown in a message: short. */
export function quoted(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 60 ? `${json.slice(0, 57)}…` : json
}
