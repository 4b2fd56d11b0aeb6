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
 * Reads what one or more apps have reported, as if it were one. Texts and objects are read one by
 * one, when somebody asks for them: of a thousand services, a publish asks for those that change.
 *
 * @returns `undefined` if there is no report, or if one ends too soon: on a full disk, or killed
 * @throws {ReportVersionError}
 */
export function readReports(bytes: Buffer): Synthesis | undefined {
  const reports: Synthesis[] = []
  for (let start = 0; start < bytes.length; ) {
    const endOfLine = bytes.indexOf('\n', start)
    const header = endOfLine < 0 ? undefined : readHeader(bytes.toString('utf8', start, endOfLine))
    if (header === undefined) return undefined
    const contents = new Contents(bytes, endOfLine + 1)
    const renderings = header.renderings.map((rendering) => withContents(rendering, contents))
    reports.push({ renderings, findings: header.findings })
    start = contents.end
    if (start > bytes.length) return undefined
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
  readonly #bytes: Buffer

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes
    this.end = start
  }

  /** @returns what reads the piece */
  next(length: number): () => string {
    const start = this.end
    const end = start + length
    this.end = end
    return () => this.#bytes.toString('utf8', start, end)
  }
}

const withContents = (rendering: ReportedRendering, contents: Contents): Rendering => ({
  ...rendering,
  files: rendering.files.map((file) => withContent(file, contents)),
})

function withContent(reported: Reported, contents: Contents): RenderedFile {
  const { path, app, textLength, objectLength, origin, sha1BlobId } = reported
  const readText = contents.next(textLength)
  const file = {
    path,
    get text() {
      return readText()
    },
    app,
  }
  if (objectLength !== undefined) addObject(file, contents.next(objectLength))
  if (origin !== undefined) Object.assign(file, { origin })
  // A copy with another text must not have it.
  if (sha1BlobId !== undefined) Object.defineProperty(file, 'sha1BlobId', { value: sha1BlobId })
  return file
}

/** As a field of the file's own, so that a copy of the file has it as well. */
function addObject(file: RenderedFile, readJson: () => string): void {
  let object: KubernetesObject | undefined
  Object.defineProperty(file, 'object', {
    enumerable: true,
    get: () => {
      object ??= JSON.parse(readJson()) as KubernetesObject
      return object
    },
  })
}
