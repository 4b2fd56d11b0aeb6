/** Text of others in one line of at most that many characters: for logs, events and statuses. */
export const oneLine = (text: string, mostCharacters = 200): string =>
  text.replaceAll(/\s+/g, ' ').trim().slice(0, mostCharacters)
