/**
 * Text of others, for a message, a log or a terminal: on one line, with nothing in it that a terminal would
 * take for a command, and cut off where it is longer.
 *
 * @param mostCharacters default: 200
 */
export function oneLine(text: string, mostCharacters = 200): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  const characters = [...line]
  if (characters.length <= mostCharacters) return line
  return `${characters
    .slice(0, mostCharacters - 1)
    .join('')
    .trimEnd()}…`
}
