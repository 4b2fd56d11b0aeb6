import { execFileSync } from 'node:child_process'
import { bareRepository, GIT_ENV, git } from '../test/gitops/git.ts'

export interface GrownRepositoryProps {
  readonly files: number
  readonly commits: number
}

/** Folder of the app that steps are made for. */
export const APP_FOLDER = 'prod/traffic/shop/checkout'

const FILES_AN_APP = 4
const APPS_A_NAMESPACE = 25

/** Makes a deploy branch with so many files, and a history of so many commits of one file each. */
export function makeGrownRepository(
  folder: string,
  { files, commits }: GrownRepositoryProps,
): string {
  const repository = bareRepository(folder)
  const paths = [`${APP_FOLDER}/httproute.yaml`, ...Array.from({ length: files - 1 }, pathOf)]
  const lines = [commit(0), ...paths.flatMap((path, index) => write(path, index, 0))]
  for (let version = 1; version < commits; version++) {
    const path = paths[version % paths.length] ?? ''
    lines.push(commit(version), ...write(path, version % paths.length, version))
  }
  const run = (args: readonly string[], input = '') =>
    execFileSync('git', args, { cwd: repository, env: GIT_ENV, input, stdio: 'pipe' })
  run(['fast-import', '--quiet'], lines.join(''))
  run(['repack', '-adq'])
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  git(repository, 'config', 'http.receivepack', 'true')
  return repository
}

function pathOf(_: unknown, index: number): string {
  const app = Math.floor(index / FILES_AN_APP)
  const namespace = Math.floor(app / APPS_A_NAMESPACE)
  return `prod/workloads/namespace-${namespace}/app-${app}/object-${index % FILES_AN_APP}.yaml`
}

const commit = (version: number): string =>
  `commit refs/heads/deploy\ncommitter Bench <bench@example.com> ${1_700_000_000 + version} +0000\ndata <<END\nversion ${version}\nEND\n`

/** About as long as a Service is. */
function write(path: string, index: number, version: number): readonly string[] {
  const labels = Array.from({ length: 12 }, (_, row) => `  label-${row}: value-${index}-${row}\n`)
  const text = `kind: Service\nversion: "${version}"\nlabels:\n${labels.join('')}`
  return [`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`]
}
