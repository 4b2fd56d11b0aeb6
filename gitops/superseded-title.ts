const MARK = 'superseded: '

/** The title of a merge request on GitLab; GitHub takes one more. */
const MOST_CHARACTERS = 255

/**
 * What a request to merge is called that we close: people see why, and we can tell it from those that they
 * have closed. Hosts write a title and a state at once, so it is never closed without.
 */
export const supersededTitle = (title: string): string =>
  isSuperseded(title) ? title : `${MARK}${title}`.slice(0, MOST_CHARACTERS)

export const isSuperseded = (title: string): boolean => title.startsWith(MARK)
