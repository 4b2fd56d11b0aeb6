import { at } from '../manifests/fields.ts'
import type { Container, Workload } from './workload.ts'

/** A setting of a container's security context, or of its pod's where the container has none. */
export const effectiveSetting = (
  { spec }: Container,
  { podSpec }: Workload,
  name: string,
): unknown => at(spec, 'securityContext', name) ?? at(podSpec, 'securityContext', name)

/** Where a container's own setting lies. */
export const settingField = ({ field }: Container, name: string): string =>
  `${field}.securityContext.${name}`

/** Windows pods have none of the Linux settings. */
export const isWindows = ({ podSpec }: Workload): boolean => at(podSpec, 'os', 'name') === 'windows'
