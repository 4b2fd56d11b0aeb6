import { hostname, userInfo } from 'node:os'

/** How this process is called on Leases, for people. */
export const thisHolder = (): string => `${hostname()}:${process.pid}`

/** How the person at this machine is called, for people. */
export function thisPerson(): string {
  return `${nameOfUser()}@${hostname()}`
}

/** In a container the user may have no name. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
    return `uid ${process.getuid?.()}`
  }
}
