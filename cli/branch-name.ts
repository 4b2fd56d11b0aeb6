const PREFIX = 'refs/heads/'

/** The name of a branch, which Git also takes in full: `refs/heads/deploy` is `deploy`. */
export const branchName = (text: string): string =>
  text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text
