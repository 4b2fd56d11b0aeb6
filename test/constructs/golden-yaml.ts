import type { TestSynthesis } from '../../constructs/testing.ts'
import { emitYaml } from '../../manifests/emit-yaml.ts'

/** All objects of an app as one text, to be kept as a snapshot. */
export const goldenYaml = ({ objects }: TestSynthesis): string =>
  objects.map(emitYaml).join('---\n')
