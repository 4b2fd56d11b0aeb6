import { kubernetesSchemas } from '../checks/schema/kubernetes-schemas.ts'

const { minors } = kubernetesSchemas

/** The newest minor of Kubernetes that is known. */
export const newestVersion: string = minors.names.at(-1) ?? ''

/**
 * The minors in a range as people write it: `1.34`, `1.31..1.36`, `1.31,1.34`.
 *
 * @throws {UnknownMinorVersionError}
 */
export function targetVersions(range: string | undefined): readonly string[] | undefined {
  if (range === undefined) return undefined
  const wanted = minors.set(range.split(','))
  return minors.names.filter((_, index) => (wanted & (1 << index)) !== 0)
}
