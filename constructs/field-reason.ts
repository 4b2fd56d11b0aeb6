/** Why a field of an emitted object has its value. */
export interface FieldReason {
  /**
   * Path of the field, and with it of everything below. `[]` stands for any item, `*` for any key,
   * `<pod>` for the pod template wherever the kind has it.
   */
  readonly path: string
  /** Kinds that it is about; all if absent. */
  readonly kinds?: readonly string[]
  /** The option of the construct that says it, if one does. */
  readonly option?: string
  readonly why: string
  /** The rule that would complain otherwise. */
  readonly rule?: string
}
