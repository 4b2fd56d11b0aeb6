import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { withoutCredentials } from './git-answers.ts'
import type { GitSetting } from './git-environment.ts'
import { UnknownRemoteError } from './git-errors.ts'
import { findGitSource, type GitSource, type GitSourceProps, remoteUrl } from './git-source.ts'

/** A remote as Git commands in a scratch repository reach it. */
export interface GitAddress {
  /** For people; without credentials. */
  readonly location: string
  /** Tells remotes apart. May carry credentials. */
  readonly url: string
  /** The name that it has in commands. */
  readonly remote: string
  /** Where commands run: relative addresses in the configuration count from there, and hooks run there. */
  readonly cwd: string
  readonly source: GitSource | undefined
  readonly settings: readonly GitSetting[]
}

/** Name of a remote that the source has none for. */
const UNNAMED = 'deploy-repository'

/**
 * A name of a remote first, as in `git push`; then a URL or `host:path`; then a path that exists.
 *
 * @throws {UnknownRemoteError}
 */
export async function resolveGitAddress(
  props: GitSourceProps & { readonly remote: string },
): Promise<GitAddress> {
  const { remote, cwd } = props
  const source = await findGitSource(props)
  const named = source === undefined ? undefined : await remoteUrl(props, remote)
  if (source !== undefined && named !== undefined) {
    return {
      location: withoutCredentials(named),
      url: `${source.commonDir} ${named}`,
      remote,
      cwd: source.topLevel,
      source,
      // What is left of it in the source's configuration (proxy, pushurl, receivepack) holds.
      settings: [[`remote.${remote}.mirror`, 'false']],
    }
  }
  const url = isUrl(remote) ? remote : resolve(cwd, remote)
  if (!isUrl(remote) && !existsSync(url)) {
    throw new UnknownRemoteError(remote, { isInRepository: source !== undefined })
  }
  return {
    location: withoutCredentials(url),
    url,
    remote: UNNAMED,
    cwd: source?.topLevel ?? cwd,
    source,
    settings: [[`remote.${UNNAMED}.url`, url]],
  }
}

/** Folder that keeps scratch repositories between runs, inside of the source's `.git`. */
export const scratchFolderOf = ({ source }: GitAddress): string | undefined =>
  source === undefined ? undefined : join(source.commonDir, 'lockstep')

/** `https://…`, `file://…`, `ssh://…`, or `user@host:path` as scp writes it. */
const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || isScpLike(text)

/** Git's own rule: a colon before the first slash. */
const isScpLike = (text: string): boolean => /^[^/:]+:/.test(text) && !existsSync(text)
