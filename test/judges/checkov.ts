import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PeerFinding } from './peer-finding.ts'
import type { PythonEnvironment } from './python-environment.ts'

export interface CheckovVerdict {
  readonly findings: readonly PeerFinding[]
  /** Findings that workloads say of themselves are accepted (`checkov.io/skip1`). */
  readonly waived: readonly PeerFinding[]
  /** How many objects it could read. */
  readonly objects: number
}

/** Part of the JSON that Checkov prints. */
interface Report {
  readonly summary: { readonly resource_count: number; readonly parsing_errors: number }
  readonly results: Readonly<Record<'failed_checks' | 'skipped_checks', readonly Result[]>>
}

interface Result {
  readonly check_id: string
  /** `Deployment.shop.checkout`. */
  readonly resource: string
}

/** Checkov's verdict on a folder of manifests. It asks nobody for policies of its own. */
export async function checkov(
  environment: PythonEnvironment,
  folder: string,
): Promise<CheckovVerdict> {
  const [program, ...start] = environment.command
  const options = ['--framework', 'kubernetes', '--skip-download', '--soft-fail', '--compact']
  const { stdout } = await promisify(execFile)(
    program,
    [...start, ...options, '--output', 'json', '--directory', folder],
    { maxBuffer: 256 * 1024 * 1024 },
  )
  const { summary, results } = JSON.parse(stdout) as Report
  if (summary.parsing_errors > 0) throw new Error(`Checkov could not read all of ${folder}`)
  return {
    findings: results.failed_checks.map(toFinding),
    waived: results.skipped_checks.map(toFinding),
    objects: summary.resource_count,
  }
}

function toFinding({ check_id, resource }: Result): PeerFinding {
  const [kind = '', namespace = '', ...name] = resource.split('.')
  return { check: check_id, object: `${kind} ${namespace}/${name.join('.')}` }
}
