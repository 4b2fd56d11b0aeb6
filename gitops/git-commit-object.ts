import type { LoggedCommit } from './git-remote.ts'

/**
 * Reads a commit as Git stores it: lines of headers, an empty one, the message. Its parents are the
 * true ones, also where a repository has only a part of the history.
 */
export function readCommitObject(id: string, text: string): LoggedCommit {
  const end = text.indexOf('\n\n')
  const head = end < 0 ? text : text.slice(0, end)
  const message = end < 0 ? '' : text.slice(end + 2).replace(/\n+$/, '')
  // A line that begins with a space goes on with the header before: a signature has many.
  const headers = head.split('\n').filter((line) => !line.startsWith(' '))
  const values = (name: string): readonly string[] =>
    headers.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
  const author = personOf(values('author')[0])
  const committer = personOf(values('committer')[0])
  return {
    id,
    parents: values('parent'),
    message,
    author: { name: author.name, email: author.email },
    committedAtMs: committer.seconds * 1000,
  }
}

/** `Name <email> seconds zone`; a name may hold anything but these. */
function personOf(line = ''): { name: string; email: string; seconds: number } {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<([^>]*)> (-?\d+)/.exec(line) ?? []
  return { name, email, seconds: Number(seconds) }
}
