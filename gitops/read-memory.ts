import type { LoggedCommit, LogRequest, TreeFile } from './git-remote.ts'

/** Beyond so much text, in characters, all is forgotten before the next look at a branch. */
const MOST_CHARACTERS = 32 * 1024 * 1024

/**
 * What was read of a repository, for whoever looks again before the branch has moved: what Git calls by
 * its hash never changes, and reading it anew costs a process or a request each time.
 */
export class ReadMemory {
  readonly #trees = new Map<string, ReadonlyMap<string, TreeFile>>()
  readonly #logs = new Map<string, readonly LoggedCommit[]>()
  readonly #texts = new Map<string, string>()
  #tip: string | undefined
  #characters = 0

  /** To be told of each look at a branch: what was read of another commit is not kept. */
  lookedAt(tip: string | undefined): void {
    if (tip === this.#tip && this.#characters <= MOST_CHARACTERS) return
    this.#tip = tip
    this.#trees.clear()
    this.#logs.clear()
    this.#texts.clear()
    this.#characters = 0
  }

  files(
    commit: string,
    folder: string,
    read: () => Promise<ReadonlyMap<string, TreeFile>>,
  ): Promise<ReadonlyMap<string, TreeFile>> {
    return once(this.#trees, `${commit} ${folder}`, read)
  }

  log(
    request: LogRequest,
    read: () => Promise<readonly LoggedCommit[]>,
  ): Promise<readonly LoggedCommit[]> {
    return once(this.#logs, JSON.stringify(request), read)
  }

  /** @param read gives those that are not known; what it cannot give is asked for again */
  async contents(
    blobs: readonly string[],
    read: (missing: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<ReadonlyMap<string, string>> {
    const contents = new Map<string, string>()
    const missing = new Set<string>()
    for (const id of blobs) {
      const text = this.#texts.get(id)
      if (text === undefined) missing.add(id)
      else contents.set(id, text)
    }
    if (missing.size === 0) return contents
    for (const [id, text] of await read([...missing])) {
      contents.set(id, text)
      this.#texts.set(id, text)
      this.#characters += text.length
    }
    return contents
  }
}

async function once<Answer>(
  known: Map<string, Answer>,
  question: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const answer = known.get(question) ?? (await ask())
  known.set(question, answer)
  return answer
}
