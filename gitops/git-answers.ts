import { GitIdentityError } from './git-errors.ts'
import type { RefusalReason } from './git-remote-errors.ts'

/** What a failed `git push` means, as far as its words tell. */
export type PushVerdict = 'lost-race' | 'no-answer' | RefusalReason

/**
 * Servers say in three dialects that somebody else was faster: Git's own client before it sends
 * (`stale info`, `fetch first`, `non-fast-forward`), GitHub and plain Git when two writers meet at
 * the reference (`cannot lock ref …: is at X but expected Y`, `reference already exists`, a lock
 * file that exists), and GitLab (`incorrect old value provided`).
 */
const LOST_RACE =
  /\((?:stale info|fetch first|non-fast-forward|needs force)\)|cannot lock ref|failed to update ref|reference already exists|incorrect old value provided|unable to create '.*\.lock': file exists|but expected [0-9a-f]{40}/i

const CHECKED_OUT = /branch is currently checked out|refusing to update checked out branch/i

const AUTHENTICATION =
  /authentication failed|permission denied|could not read (?:username|password)|terminal prompts disabled|access denied|not authorized|returned error: 40[13]|host key verification failed/i

const REJECTED = /\[remote rejected\]|\[remote failure\]|pre-receive hook declined/i

/** All that Git itself says if the `pre-push` hook ends with another code than 0. */
const BY_HOOK = /failed to push some refs/i

const NO_ANSWER =
  /could not resolve|connection (?:refused|reset|timed out|closed)|network is unreachable|no route to host|could not read from remote repository|unable to access|unexpected disconnect|hung up unexpectedly|early eof|does not appear to be a git repository|repository .*not found|rpc failed|not a git repository/i

/** @returns `undefined` if the words are of no kind that is known */
export function judgePush(words: string): PushVerdict | undefined {
  // The order matters: a server that lost a race also says `remote rejected`, and a server that
  // does not let us in also says `could not read from remote repository`.
  if (LOST_RACE.test(words)) return 'lost-race'
  if (CHECKED_OUT.test(words)) return 'checked-out'
  if (REJECTED.test(words)) return 'rejected'
  return judgeConnection(words) ?? (BY_HOOK.test(words) ? 'hook' : undefined)
}

/** The same for a `git fetch`, which can lose no race. */
export function judgeConnection(words: string): 'authentication' | 'no-answer' | undefined {
  if (AUTHENTICATION.test(words)) return 'authentication'
  return NO_ANSWER.test(words) ? 'no-answer' : undefined
}

/** The server keeps objects by the other hash algorithm. */
export const isWrongObjectFormat = (words: string): boolean =>
  /mismatched algorithms|does not support this repository's hash algorithm/i.test(words)

export const isMissingBranch = (words: string): boolean => /couldn't find remote ref/i.test(words)

/** @throws {GitIdentityError} if that is what Git complains about */
export function throwIfNoIdentity(words: string): void {
  if (
    /tell me who you are|empty ident name|auto-detect email|no (?:name|email) was given/i.test(
      words,
    )
  )
    throw new GitIdentityError({ cause: new Error(words.trim()) })
}

const PROGRESS =
  /^(?:(?:Enumerating|Counting|Compressing|Writing|Receiving|Resolving|Unpacking) (?:objects|deltas):|Total \d+|Delta compression)/

/** The words of Git and of the remote that are worth showing: no hints, no progress, no passwords. */
export function wordsForPeople(stderr: string): string {
  return withoutCredentials(stderr)
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^remote: ?/, '').trim())
    .filter((line) => line !== '' && !/^(?:hint:|To |From |Everything up-to-date)/.test(line))
    .filter((line) => !PROGRESS.test(line))
    .join('\n')
}

/**
 * `https://user:token@host/` without what stands before the last `@` of the host: a password may
 * have one that nobody has encoded.
 */
export const withoutCredentials = (text: string): string => text.replaceAll(/:\/\/[^\s/]+@/g, '://')
