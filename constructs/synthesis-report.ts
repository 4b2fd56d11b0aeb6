import type { Finding } from '../checks/finding.ts'
import { blobId } from '../manifests/blob-id.ts'
import type { Origin } from '../manifests/origin.ts'
import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import type { Synthesis } from './synthesis.ts'

/**
 * Environment variable by which a caller in another process asks for the synthesis as data instead
 * of as a folder: `App.synth()` appends it to that file, one report for each app. Two copies of this
 * package can so work together without ever meeting in one process.
 */
export const REPORT_VARIABLE = 'LOCKSTEP_REPORT'

/** Environment variable by which the caller says how much it wants; one of `ReportDetail`. */
export const DETAIL_VARIABLE = 'LOCKSTEP_REPORT_DETAIL'

/**
 * How much of a synthesis is reported. Most of the time that a report takes goes into what only some
 * callers look at.
 *
 * - `files`: the text of each file, and errors alone are looked for
 * - `objects`: besides, the object and the blob id of each file, and all findings
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

/** Another number with every form that readers of this one would not understand. */
export const REPORT_VERSION = 1

/**
 * The first line of a report, as JSON. Contents follow it without anything between them: for each
 * file, in this order, its text and the JSON of its object. Whoever reads so needs to look only at
 * those that it is asked for.
 */
export interface ReportHeader {
  readonly version: number
  readonly findings: readonly Finding[]
  readonly renderings: readonly ReportedRendering[]
}

export type ReportedRendering = Omit<Rendering, 'files'> & { readonly files: readonly Reported[] }

/** A file without its contents, whose lengths are in bytes of UTF-8. */
export interface Reported {
  readonly path: string
  readonly app: string
  readonly textLength: number
  /** Absent if there is no object, or if none was asked for. */
  readonly objectLength?: number
  readonly sha1BlobId?: string
  readonly origin?: Origin
}

export function reportOf({ renderings, findings }: Synthesis, detail: ReportDetail): string {
  const contents: string[] = []
  const header: ReportHeader = {
    version: REPORT_VERSION,
    findings,
    renderings: renderings.map((rendering) => ({
      ...rendering,
      files: rendering.files.map((file) => addContents(file, detail, contents)),
    })),
  }
  return `${JSON.stringify(header)}\n${contents.join('')}`
}

function addContents(file: RenderedFile, detail: ReportDetail, contents: string[]): Reported {
  const { path, app, text } = file
  contents.push(text)
  const reported = { path, app, textLength: Buffer.byteLength(text) }
  if (detail === 'files') return reported
  const object = file.object && JSON.stringify(file.object)
  if (object !== undefined) contents.push(object)
  return {
    ...reported,
    sha1BlobId: blobId(text, 'sha1'),
    ...(object !== undefined && { objectLength: Buffer.byteLength(object) }),
    ...(detail === 'origins' && file.origin !== undefined && { origin: file.origin }),
  }
}
