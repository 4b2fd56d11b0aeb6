/** As much of a commit's id as people need. */
export const shortCommit = (id: string): string => id.slice(0, 10)
