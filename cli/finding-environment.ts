import type { Finding } from '../checks/finding.ts'
import type { Rendering } from '../manifests/rendering.ts'

/** Construct paths begin with the environment; what is outside of all concerns everybody. */
export function withEnvironment(finding: Finding, all: readonly Rendering[]): Finding {
  const [environment = ''] = (finding.origin?.constructPath ?? '').split('/')
  return isOneOf(environment, all) ? { ...finding, environment } : finding
}

/** Whether a finding is of one of these environments, or of none. */
export const concerns = ({ environment }: Finding, renderings: readonly Rendering[]): boolean =>
  environment === undefined || isOneOf(environment, renderings)

const isOneOf = (name: string, renderings: readonly Rendering[]): boolean =>
  renderings.some(({ environment }) => environment === name)
