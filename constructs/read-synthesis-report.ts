import type { KubernetesObject } from '../manifests/kubernetes-object.ts'
import type { RenderedFile, Rendering } from '../manifests/rendering.ts'
import type { Synthesis } from './synthesis.ts'
import {
  REPORT_VERSION,
  type Reported,
  type ReportedRendering,
  type ReportHeader,
} from './synthesis-report.ts'

/** The app definitions use a copy of this package whose reports this copy does not understand. */
export class ReportVersionError extends Error {
  override readonly name = 'ReportVersionError'
  readonly code = 'REPORT_VERSION'
  readonly remedy =
    'Run the command of the package that the app definitions import, as `npx lockstep` in their project'

  constructor() {
    super('The app definitions import another version of lockstep than that of this command')
  }
}

/**
 * Reads what one or more apps have reported, as if it were one. Objects are read one by one, when
 * somebody first asks for them: of a thousand services, a publish asks for those that change.
 *
 * @returns `undefined` if there is no report, or if one ends too soon: on a full disk, or killed
 * @throws {ReportVersionError}
 */
export function readReports(text: string): Synthesis | undefined {
  const reports: Synthesis[] = []
  for (let start = 0; start < text.length; ) {
    const endOfLine = text.indexOf('\n', start)
    const header = endOfLine < 0 ? undefined : readHeader(text.slice(start, endOfLine))
    if (header === undefined) return undefined
    const contents = new Contents(text, endOfLine + 1)
    const renderings = header.renderings.map((rendering) => withContents(rendering, contents))
    reports.push({ renderings, findings: header.findings })
    start = contents.end
    if (start > text.length) return undefined
  }
  if (reports.length === 0) return undefined
  return {
    renderings: reports.flatMap(({ renderings }) => renderings),
    findings: reports.flatMap(({ findings }) => findings),
  }
}

/** @returns `undefined` if the line is not whole */
function readHeader(line: string): ReportHeader | undefined {
  const header = tryParse(line)
  if (header !== undefined && header.version !== REPORT_VERSION) throw new ReportVersionError()
  return header
}

function tryParse(line: string): ReportHeader | undefined {
  try {
    return JSON.parse(line) as ReportHeader
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Hands out what follows a header, piece by piece. */
class Contents {
  /** Where the next piece begins. */
  end: number
  readonly #text: string

  constructor(text: string, start: number) {
    this.#text = text
    this.end = start
  }

  next(length: number): string {
    const start = this.end
    this.end += length
    return this.#text.slice(start, this.end)
  }
}

const withContents = (rendering: ReportedRendering, contents: Contents): Rendering => ({
  ...rendering,
  files: rendering.files.map((file) => withContent(file, contents)),
})

function withContent(reported: Reported, contents: Contents): RenderedFile {
  const { path, app, textLength, objectLength, origin } = reported
  const file = { path, text: contents.next(textLength), app }
  if (objectLength === undefined) return origin === undefined ? file : { ...file, origin }
  const json = contents.next(objectLength)
  let object: KubernetesObject | undefined
  return {
    ...file,
    // Of the file's own, so that a copy of the file has it as well.
    get object() {
      object ??= JSON.parse(json) as KubernetesObject
      return object
    },
    ...(origin !== undefined && { origin }),
  }
}
