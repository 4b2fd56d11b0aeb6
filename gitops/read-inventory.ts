import { type Inventory, MalformedInventoryError, type PublishedRevision } from './inventory.ts'

interface OpenApp {
  project?: string
  readonly files: Map<string, string>
  readonly revisions: PublishedRevision[]
  readonly handovers: Map<string, number>
}

/** Where in the file the reader is. */
interface Position {
  readonly apps: Map<string, OpenApp>
  version: string | undefined
  app: OpenApp | undefined
  section: string | undefined
}

/**
 * @param file path on the branch, for errors
 * @throws {MalformedInventoryError}
 */
export function readInventory(text: string, file: string): Inventory {
  const position: Position = {
    apps: new Map(),
    version: undefined,
    app: undefined,
    section: undefined,
  }
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue
    const problem = readLine(line, position)
    if (problem !== undefined) throw new MalformedInventoryError(file, index + 1, problem)
  }
  if (position.version === '1') return { apps: position.apps }
  if (position.version === undefined) {
    throw new MalformedInventoryError(file, lines.length, 'ends without a version')
  }
  const problem = `is of version ${position.version}, which a newer Lockstep has written`
  throw new MalformedInventoryError(file, lines.length, problem, 'Update lockstep')
}

/** Takes in one line; returns what is wrong with it. */
function readLine(line: string, position: Position): string | undefined {
  const indent = line.search(/[^ ]/)
  const content = line.slice(indent)
  switch (indent) {
    case 0:
      return readTop(content, position)
    case 2:
      return openApp(content, position)
    case 4:
      return content.startsWith('project: ')
        ? readProject(content, position)
        : openSection(content, position)
    case 6:
      return readMember(content, position)
    default:
      return 'is not a line of an inventory'
  }
}

function readTop(content: string, position: Position): string | undefined {
  if (content.startsWith('version: ')) position.version = content.slice('version: '.length)
  else if (/^(?:<{7}|={7}|>{7})/.test(content)) return 'is a conflict marker of a merge'
  else if (content !== 'apps:') return 'is not a line of an inventory'
  return undefined
}

function openApp(content: string, position: Position): string | undefined {
  const id = content.endsWith(':') ? json(content.slice(0, -1)) : undefined
  if (typeof id !== 'string') return 'is not the name of an app'
  if (position.apps.has(id)) return `names the app '${id}' a second time`
  position.app = { files: new Map(), revisions: [], handovers: new Map() }
  position.section = undefined
  position.apps.set(id, position.app)
  return undefined
}

function openSection(content: string, position: Position): undefined {
  position.section = content.slice(0, -1)
}

function readProject(content: string, { app }: Position): string | undefined {
  const project = json(content.slice('project: '.length))
  if (app === undefined || typeof project !== 'string') return 'is not the project of an app'
  app.project = project
  return undefined
}

function readMember(content: string, { app, section }: Position): string | undefined {
  if (app === undefined) return 'belongs to no app'
  switch (section) {
    case 'files':
      return readFile(content, app.files)
    case 'handovers':
      return readEntry(content, app.handovers, Number.isSafeInteger as (v: unknown) => v is number)
    case 'revisions':
      return readRevision(content, app.revisions)
    default:
      return 'belongs to no section that is known'
  }
}

/** What is listed may be deleted, so nothing may be listed that cannot be ours. */
function readFile(content: string, files: Map<string, string>): string | undefined {
  return readEntry(content, files, isBlobId, (path) =>
    OWN_PATH.test(path) ? undefined : 'names a path that is not of an inventory',
  )
}

/** A path in one of our sections, with no segment that is empty or a way. */
const OWN_PATH = /^(?:workloads|traffic|rollouts)(?:\/(?!\.{0,2}(?:\/|$))[^/]*)+$/

function readEntry<T>(
  content: string,
  into: Map<string, T>,
  isValid: (value: unknown) => value is T,
  problemOf: (key: string) => string | undefined = () => undefined,
): string | undefined {
  const colon = content.lastIndexOf(': ')
  const key = colon < 0 ? undefined : json(content.slice(0, colon))
  if (typeof key !== 'string') return 'is not an entry'
  const problem = problemOf(key)
  if (problem !== undefined) return problem
  const value = json(content.slice(colon + 2))
  if (!isValid(value)) return 'is not an entry'
  if (into.has(key)) return `names '${key}' a second time`
  into.set(key, value)
  return undefined
}

function readRevision(content: string, into: PublishedRevision[]): string | undefined {
  const value = content.startsWith('- ') ? json(content.slice(2)) : undefined
  if (!isRevision(value)) return 'is not a revision'
  into.push(value)
  return undefined
}

/** A value in JSON; `undefined` if it is none. Almost all are plain strings, which need no parser. */
function json(text: string): unknown {
  if (/^"[^"\\]*"$/.test(text)) return text.slice(1, -1)
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isBlobId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value)

function isRevision(value: unknown): value is PublishedRevision {
  if (typeof value !== 'object' || value === null) return false
  const { id, configMaps } = value as Partial<Record<keyof PublishedRevision, unknown>>
  return (
    typeof id === 'string' &&
    Array.isArray(configMaps) &&
    configMaps.every((path) => typeof path === 'string')
  )
}
