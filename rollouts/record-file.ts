import { emitYaml } from '../manifests/emit-yaml.ts'
import { recordPath } from '../manifests/layout.ts'
import type { RenderedFile } from '../manifests/rendering.ts'
import { PLAN_API_VERSION } from './plan.ts'
import { RECORD_KIND, type RecordSpec, type RolloutRecord } from './record.ts'

/** The record of an app as it is kept on the branch. Equal records give equal bytes. */
export const recordFile = ({ metadata, ...record }: RolloutRecord): RenderedFile => ({
  path: recordPath(metadata.namespace, metadata.name),
  text: emitYaml({ ...record, metadata }),
  app: `${metadata.namespace}/${metadata.name}`,
})

/** @param app `<namespace>/<app>` */
export function recordOf(app: string, spec: RecordSpec): RolloutRecord {
  const [namespace = '', name = ''] = app.split('/')
  return {
    apiVersion: PLAN_API_VERSION,
    kind: RECORD_KIND,
    metadata: { name, namespace },
    spec,
  }
}
