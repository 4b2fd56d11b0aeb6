import type { GitRemote } from '../../gitops/git-remote.ts'

export interface CalledRemote {
  readonly remote: GitRemote
  /** Names of the methods that were called since somebody has asked last. */
  readonly calls: () => readonly string[]
}

/** The same remote, which notes what it is asked for. What needs no connection is not noted. */
export function calledRemote(called: GitRemote): CalledRemote {
  const names: string[] = []
  const remote = new Proxy(called, {
    get: (target, name, receiver) => {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function' || name === 'blobIds') return value
      return (...args: unknown[]) => {
        names.push(String(name))
        return value.apply(target, args)
      }
    },
  })
  return { remote, calls: () => names.splice(0) }
}
