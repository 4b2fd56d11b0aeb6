import { didYouMean } from '../checks/schema/did-you-mean.ts'
import { isRecord } from '../manifests/kubernetes-object.ts'
import type { Mistakes } from './mistakes.ts'
import { howToWrite, memberOf, readBy, reportWrong, type Shape } from './shape.ts'

/** An option that must be given, and what to go on with if it is not, so that nothing follows from it. */
export interface RequiredOption<T> {
  readonly shape: Shape<T>
  readonly standIn: T
  readonly isRequired: true
}

export interface OptionalOption<T> {
  readonly shape: Shape<T>
  /** What to go on with if it is given and wrong. @default - as if it were not given */
  readonly standIn?: T | undefined
  readonly isRequired: false
}

/** The shapes of all options of a construct, held to its props by the compiler. */
export type Options<Props> = {
  readonly [Name in keyof Props]-?: Partial<Pick<Props, Name>> extends Pick<Props, Name>
    ? OptionalOption<Exclude<Props[Name], undefined>>
    : RequiredOption<Props[Name]>
}

/** @param standIn looks like the real thing, so that the one mistake does not cause others */
export const required = <T>(shape: Shape<T>, standIn: T): RequiredOption<T> => ({
  shape,
  standIn,
  isRequired: true,
})

/** @param standIn as for `required`, where others would miss it */
export const optional = <T>(shape: Shape<T>, standIn?: T): OptionalOption<T> => ({
  shape,
  standIn,
  isRequired: false,
})

/**
 * The options of a construct as its types promise them, whatever was given. What is missing, wrong
 * or unknown is a mistake, with something in its place that the construct can go on with.
 */
export function readOptions<Props extends object>(
  given: unknown,
  options: Options<Props>,
  mistakes: Mistakes,
): Props {
  if (isRecord(given)) return readMembers(given, options, '', mistakes)
  const needed = requiredOf(options).map(([name]) => name)
  mistakes.add({
    option: 'props',
    value: given,
    problem: `must be an object with the options${needed.length === 0 ? '' : ` ${needed.join(', ')}`}`,
    remedy: 'Write them as the third argument, in braces',
  })
  return Object.fromEntries(
    requiredOf(options).map(([name, { standIn }]) => [name, standIn]),
  ) as Props
}

/** An object with options of its own. */
export const record = <Props extends object>(
  options: Options<Props>,
  example: string,
): Shape<Props> =>
  readBy(
    { expected: `an object with ${listed(Object.keys(options))}`, example },
    (value, option, mistakes, self) =>
      isRecord(value)
        ? readMembers(value, options, option, mistakes)
        : reportWrong(self, value, option, mistakes),
  )

type AnyOption = RequiredOption<unknown> | OptionalOption<unknown>

const entriesOf = (options: object): [string, AnyOption][] => Object.entries(options)

const requiredOf = (options: object): [string, AnyOption][] =>
  entriesOf(options).filter(([, { isRequired }]) => isRequired)

function readMembers<Props extends object>(
  given: Readonly<Record<string, unknown>>,
  options: Options<Props>,
  outer: string,
  mistakes: Mistakes,
): Props {
  const values: Record<string, unknown> = {}
  for (const [name, member] of entriesOf(options)) {
    const option = outer === '' ? name : memberOf(outer, name)
    const value = readMember(given[name], member, option, mistakes)
    if (value !== undefined) values[name] = value
  }
  checkNames(given, options, outer, mistakes)
  return values as Props
}

function readMember(
  value: unknown,
  { shape, standIn, isRequired }: AnyOption,
  option: string,
  mistakes: Mistakes,
): unknown {
  if (value !== undefined && value !== null) return shape.read(value, option, mistakes) ?? standIn
  if (value === undefined && !isRequired) return undefined
  mistakes.add({
    option,
    value,
    problem: value === undefined ? 'must be given' : `must be ${shape.expected}`,
    remedy: `${howToWrite(shape, option)}${isRequired ? '' : ', or leave it out'}`,
  })
  return standIn
}

/** An option that nobody reads is one that silently does nothing. */
function checkNames(given: object, options: object, outer: string, mistakes: Mistakes): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(options, name)) continue
    const meant = didYouMean(name, Object.keys(options))
    mistakes.add({
      option: outer === '' ? name : memberOf(outer, name),
      problem: 'is not an option here',
      remedy: meant === undefined ? 'Remove it' : `Write \`${meant}\``,
    })
  }
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
