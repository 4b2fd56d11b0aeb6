import type { RenderedFile } from '../manifests/rendering.ts'
import type { Synthesis } from './synthesis.ts'

/**
 * Environment variable by which a caller in another process asks for the synthesis as data instead
 * of as a folder: `App.synth()` appends it to that file, a line of JSON for each app. Two copies of
 * this package can so work together without ever meeting in one process.
 */
export const REPORT_VARIABLE = 'LOCKSTEP_REPORT'

/** Environment variable by which the caller says how much it wants; one of `ReportDetail`. */
export const DETAIL_VARIABLE = 'LOCKSTEP_REPORT_DETAIL'

/**
 * How much of a synthesis is reported. Most of the time that a report takes goes into what only some
 * callers look at.
 *
 * - `files`: the text of each file, and errors alone are looked for
 * - `objects`: besides, the object in each file, and all findings
 * - `origins`: besides, where in the source each file comes from
 */
export type ReportDetail = 'files' | 'objects' | 'origins'

export interface ReportRequest {
  /** File that the report is appended to. */
  readonly path: string
  readonly detail: ReportDetail
}

/** The report that a caller has asked for; `undefined` if none has. All detail unless told otherwise. */
export function requestedReport(
  env: Readonly<Record<string, string | undefined>>,
): ReportRequest | undefined {
  const path = env[REPORT_VARIABLE]
  if (path === undefined) return undefined
  const detail = env[DETAIL_VARIABLE]
  return { path, detail: detail === 'files' || detail === 'objects' ? detail : 'origins' }
}

/** The report as one line of JSON, line break included. */
export function reportOf({ renderings, findings }: Synthesis, detail: ReportDetail): string {
  const reported = renderings.map((rendering) => ({
    ...rendering,
    files: rendering.files.map((file) => withDetail(file, detail)),
  }))
  return `${JSON.stringify({ renderings: reported, findings })}\n`
}

function withDetail(file: RenderedFile, detail: ReportDetail): RenderedFile {
  if (detail === 'origins') return file
  const { path, text, app, object } = file
  return detail === 'files' || object === undefined
    ? { path, text, app }
    : { path, text, app, object }
}
