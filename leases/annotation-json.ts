/** JSON of an annotation, which anybody may have edited: whatever is not as expected is not there. */
export function readJson<Value>(
  text: string | undefined,
  isValue: (value: unknown) => value is Value,
): Value | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isValue(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const isListOf =
  <Item>(isItem: (value: unknown) => value is Item) =>
  (value: unknown): value is readonly Item[] =>
    Array.isArray(value) && value.every(isItem)

/** An object whose named fields are text. */
export const hasTexts =
  <Key extends string>(...keys: readonly Key[]) =>
  (value: unknown): value is Readonly<Record<Key, string>> =>
    isObject(value) && keys.every((key) => typeof value[key] === 'string')

/** An object with text in every field. */
export const isTextMap = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((item) => typeof item === 'string')

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
