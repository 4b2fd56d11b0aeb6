/** The same without keys whose value is `undefined`, as optional properties want it. */
export const given = <Options extends object>(options: Options): Given<Options> =>
  Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Given<Options>

type Given<Options> = { [Key in keyof Options]: Exclude<Options[Key], undefined> }
