import { spawnSync } from 'node:child_process'

/** What a program prints for an input. Throws with its complaint if it fails. */
export function run(command: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} exited with ${status}: ${stderr}`)
  return stdout
}

/** Why kubectl cannot be asked on this machine. */
export const missingKubectl = missing('kubectl', ['version', '--client'])

/** Why Python cannot be asked about YAML on this machine. */
export const missingPyYaml = missing('python3', ['-c', 'import yaml'])

/** What kubectl answers about manifests without a cluster, one value for each. */
export function kubectl(args: readonly string[], manifests: readonly string[]): readonly unknown[] {
  const printed = run(
    'kubectl',
    [...args, '--local', '-f', '-', '-o', 'json'],
    manifests.join('---\n'),
  )
  // It prints one JSON document after the other, each indented.
  return JSON.parse(`[${printed.replaceAll(/^\}\n\{/gm, '},{')}]`)
}

function missing(command: string, args: readonly string[]): string | undefined {
  if (spawnSync(command, args).status === 0) return undefined
  const reason = `${[command, ...args].join(' ')} does not work on this machine`
  console.warn(`Some tests of manifests/ are skipped: ${reason}`)
  return reason
}
