import { GitCommandRemote } from '../../gitops/git-command-remote.ts'
import type { GitRemote } from '../../gitops/git-remote.ts'
import { publish } from '../../gitops/publish.ts'
import type { Rendering } from '../../manifests/rendering.ts'

/** What a publisher that is to be killed gets as its one argument. */
export interface CrashingPublisherProps {
  readonly remote: string
  readonly cwd: string
  readonly rendering: Rendering
  /** `before commit 1`: at the first call of `commit`; `never`; or a point that hooks know. */
  readonly crash: string
}

/** Dies without a word, as when the machine loses power. */
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

function crashing(remote: GitRemote, crash: string): GitRemote {
  const calls = new Map<string, number>()
  return new Proxy(remote, {
    get(target, property: keyof GitRemote) {
      const method = target[property]
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const call = (calls.get(property) ?? 0) + 1
        calls.set(property, call)
        if (crash === `before ${property} ${call}`) await die()
        const result = await (method as (...all: unknown[]) => unknown).apply(target, args)
        if (crash === `after ${property} ${call}`) await die()
        return result
      }
    },
  })
}

const props = JSON.parse(process.argv[2] ?? '') as CrashingPublisherProps
// Hooks kill by this number.
const env = { ...process.env, PUBLISHER: String(process.pid), CRASH: props.crash }
const client = await GitCommandRemote.open({ remote: props.remote, cwd: props.cwd, env })
const result = await publish({
  remote: crashing(client, props.crash),
  branch: 'deploy',
  rendering: props.rendering,
})
await client.close()
process.stdout.write(result.outcome)
