import type { CheckReport } from '../checks/reports/check-report.ts'
import type { SkippedFiles } from './read-manifest-files.ts'

/** What a check of apps or of files gave. */
export interface CheckOutcome extends CheckReport {
  /** Absent where no files were read. */
  readonly skipped?: SkippedFiles
}

/** What both ways to check are told. */
export interface CheckSettings {
  readonly targetVersions?: string
  readonly external?: readonly string[]
}
