import type { Mistakes } from './mistakes.ts'

/**
 * What the type of an option asks for. The compiler knows, but Node runs TypeScript without asking
 * it, and plain JavaScript has no types to ask.
 */
export interface Shape<T> {
  /** What it must be: `a whole number`. */
  readonly expected: string
  /** How one writes it, given what was written instead: `8080` for `'8080'`. */
  readonly example: (value: unknown) => string
  /** The value, read all the way down; `undefined` once it was reported that it is none. */
  readonly read: (value: unknown, option: string, mistakes: Mistakes) => T | undefined
}

export interface ShapeProps {
  readonly expected: string
  readonly example: string | ((value: unknown) => string)
}

/** A shape that is recognized as a whole. */
export function shape<T>({
  is,
  ...props
}: ShapeProps & { readonly is: (value: unknown) => boolean }): Shape<T> {
  return readBy(props, (value, option, mistakes, self) =>
    is(value) ? (value as T) : reportWrong(self, value, option, mistakes),
  )
}

/** One of several shapes, told apart by a look at the value. */
export function choice<T>({
  pick,
  ...props
}: ShapeProps & { readonly pick: (value: unknown) => Shape<T> | undefined }): Shape<T> {
  return readBy(props, (value, option, mistakes, self) => {
    const picked = pick(value)
    return picked === undefined
      ? reportWrong(self, value, option, mistakes)
      : picked.read(value, option, mistakes)
  })
}

type Read<T> = (value: unknown, option: string, mistakes: Mistakes, self: Shape<T>) => T | undefined

/** A shape with a way of its own to read its values. */
export function readBy<T>({ expected, example }: ShapeProps, read: Read<T>): Shape<T> {
  const self: Shape<T> = {
    expected,
    example: typeof example === 'string' ? () => example : example,
    read: (value, option, mistakes) => read(value, option, mistakes, self),
  }
  return self
}

export function reportWrong(
  shape: Shape<unknown>,
  value: unknown,
  option: string,
  mistakes: Mistakes,
): undefined {
  mistakes.add({
    option,
    value,
    problem: `must be ${shape.expected}`,
    remedy: howToWrite(shape, option, value),
  })
}

/** `Write \`port: 8080\``. */
export function howToWrite({ example }: Shape<unknown>, option: string, value?: unknown): string {
  const name = /[A-Za-z_]\w*$/.exec(option)?.[0]
  return `Write \`${name === undefined ? '' : `${name}: `}${example(value)}\``
}

/** How the option of a member of another one is called: `env.PORT`, `files["/etc/web.yaml"]`. */
export const memberOf = (option: string, key: string): string =>
  /^[A-Za-z_][\w-]*$/.test(key) ? `${option}.${key}` : `${option}[${JSON.stringify(key)}]`
