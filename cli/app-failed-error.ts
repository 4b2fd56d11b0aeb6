import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface FailedApp {
  /** The shell command. */
  readonly app: string
  readonly exitCode: number
  /** What it wrote to standard error. */
  readonly output: string
  /** Folder that it ran in: what is below is the user's own. */
  readonly cwd: string
}

/**
 * The app definitions could not be run to their end. Says in one line what was thrown and where in
 * the user's own files; what else was printed is the cause.
 */
export class AppFailedError extends Error {
  override readonly name = 'AppFailedError'
  readonly code = 'APP_FAILED'
  readonly remedy: string

  constructor(failed: FailedApp) {
    const { app, exitCode, output } = failed
    const thrown = THROWN.exec(output)?.[1]
    const place = thrown === undefined ? undefined : firstOwnLine(failed)
    const where = place === undefined ? '' : ` (${place})`
    super(`\`${app}\` ended with exit code ${exitCode}${said(output, thrown)}${where}`, {
      cause: output,
    })
    this.remedy = remedyOf(failed)
  }
}

/** The line in which Node, and every shell's `node`, says what was thrown. */
const THROWN = /^(?:Uncaught )?((?:[A-Z]\w*)?Error(?: \[\w+\])?: .*)$/m

const FRAME = /(?:^|\(|\s)((?:file:\/\/|\/|[A-Za-z]:\\)[^()\n]*?):(\d+)(?::\d+)?\)?$/gm

/** `apps/main.ts:3`, of the first line of a stack that is neither Node's nor a package's. */
function firstOwnLine({ output, cwd }: FailedApp): string | undefined {
  for (const [, location = '', line] of output.matchAll(FRAME)) {
    const path = location.startsWith('file://') ? fileURLToPath(location) : location
    const own = relative(cwd, path)
    if (!own.startsWith('..') && !own.split(sep).includes('node_modules')) return `${own}:${line}`
  }
  return undefined
}

const APP_KEY = '`app` in cdk8s.yaml, as `app: node apps/main.ts`'

/** What to do about what an app may print, the first that fits. */
const REMEDIES: readonly (readonly [sign: RegExp, remedy: (match: RegExpExecArray) => string])[] = [
  // Errors of ours say it themselves; Node prints their fields below the stack.
  [/^\s+remedy: (['"`])(.+)\1,?$/m, ([, , remedy = '']) => remedy.replaceAll(/\\(['"`\\])/g, '$1')],
  [/ENOSPC/, () => 'Free space on the disk, or name another temporary folder by TMPDIR'],
  [
    /Cannot find package '([^']+)' imported from/,
    ([, name]) => `Install it, as \`npm install ${name}\`, or correct the import`,
  ],
  [
    /Cannot find module '[^']+' imported from/,
    () => 'Correct the import: it is the path of a file with its ending, as `./shop.ts`',
  ],
  [
    /Cannot find module '([^']+)'.*requireStack: \[\]/s,
    ([, path]) => `There is no file ${path}: correct ${APP_KEY}`,
  ],
  [
    /does not provide an export named '([^']+)'/,
    ([, name]) => `Import what the module exports; if '${name}' is a type, write \`import type\``,
  ],
  [
    /Cannot use import statement outside a module|require is not defined in ES module|Unexpected token 'export'/,
    () => 'Write `"type": "module"` into package.json',
  ],
  [/SyntaxError/, () => 'Correct the syntax there; nothing was written'],
]

function remedyOf({ exitCode, output }: FailedApp): string {
  if (exitCode === 127) return `There is no such command: install it, or correct ${APP_KEY}`
  if (exitCode === 126) return `It cannot be executed: correct ${APP_KEY}`
  for (const [sign, remedy] of REMEDIES) {
    const match = sign.exec(output)
    if (match !== null) return remedy(match)
  }
  return 'Correct the app definition and run again; nothing was written'
}

function said(output: string, thrown: string | undefined): string {
  if (thrown !== undefined) return `: ${thrown}`
  const text = output.trim()
  return text === '' ? ' and printed no error' : `:\n${indent(text)}`
}

const indent = (text: string): string => text.replaceAll(/^/gm, '    ')
