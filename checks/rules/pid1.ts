import { items, text } from '../../manifests/fields.ts'
import { forEachContainer } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const SHELL = /(^|\/)(sh|bash|ash|dash|zsh)$/
const PACKAGE_RUNNER = /(^|\/)(npm|yarn|pnpm|npx)$/

/** Why SIGTERM does not arrive at the program; `undefined` if it does, or nobody can tell. */
function wrapperOf(command: readonly string[]): string | undefined {
  const [program = '', ...rest] = command
  if (PACKAGE_RUNNER.test(program)) return `\`${program}\` starts the program as its child`
  if (!SHELL.test(program)) return undefined
  const flag = rest.findIndex((part) => /^-\w*c\w*$/.test(part))
  if (flag < 0) return rest.length === 0 ? undefined : 'a shell script is the first process'
  const script = (rest[flag + 1] ?? '').trim()
  // The last command replaces the shell if it is started with `exec`.
  const last =
    script
      .split(/[;\n]|&&/)
      .at(-1)
      ?.trim() ?? ''
  return /^exec\s/.test(last) && !/[^|]\|[^|]/.test(last)
    ? undefined
    : 'a shell is the first process'
}

const shellWrapper: Rule = {
  id: 'pid1/shell-wrapper',
  severity: 'warning',
  title: 'The program itself is the first process of its container',
  why: 'A shell or a package runner does not pass SIGTERM on. The program never hears that it should end, and is killed when the grace period is over, with everything it was doing.',
  check: forEachContainer(({ spec, field, role }, workload) => {
    if (role === 'init' || !workload.isLongRunning) return undefined
    const command = [...items(spec.command), ...items(spec.args)].map((part) => text(part) ?? '')
    if (items(spec.command).length === 0) return undefined
    const wrapper = wrapperOf(command)
    if (wrapper === undefined) return undefined
    return {
      field: `${field}.command`,
      message: `SIGTERM does not reach the program: ${wrapper}`,
      remedy:
        'Write the program and its arguments as a list, or end the script with `exec program`',
    }
  }),
}

export const pid1Rules: readonly Rule[] = [shellWrapper]
