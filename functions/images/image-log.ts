import { entryName, type FollowedImage } from '../../images/followed-file.ts'
import type { ImageFollower } from '../../images/image-follower.ts'
import { nameText } from '../../images/image-name.ts'
import type { ImageLook, ImageResult } from '../../images/look-at-images.ts'
import type { LogEntry, LogSink } from '../http/log-sink.ts'

/** What comes of looks at the images of one file, as log entries; what stays as it is said once. */
export function imageLog(
  { file, repository }: ImageFollower,
  log: LogSink,
): (looks: readonly ImageLook[]) => void {
  const said = new Map<FollowedImage, string>()
  return (looks) => {
    for (const { followed, result } of looks) {
      const told = wordsOf(result)
      const isNew = told?.words !== said.get(followed)
      if (told === undefined) said.delete(followed)
      else said.set(followed, told.words)
      if (told === undefined || !isNew) continue
      const { environment, path } = file
      log({
        level: told.level,
        message: `${nameText(followed.image)} in ${environment}: ${told.words}`,
        fields: { environment, repository, file: path, entry: entryName(followed), ...told.fields },
      })
    }
  }
}

interface Words extends Pick<LogEntry, 'level'> {
  readonly words: string
  readonly fields?: LogEntry['fields']
}

/** @returns `undefined` if there is nothing to say */
function wordsOf(result: ImageResult): Words | undefined {
  switch (result.outcome) {
    case 'current':
      return undefined
    case 'committed': {
      const { commit, reference } = result
      return { level: 'info', words: `committed ${reference}`, fields: { commit } }
    }
    case 'proposed':
      return { level: 'info', words: `proposed ${result.reference}: ${result.url}` }
    case 'waiting':
      return { level: 'info', words: `${result.reference} waits to be merged: ${result.url}` }
    case 'declined':
      return { level: 'info', words: `${result.reference} stays out: ${result.reason}` }
    case 'failed':
      return { level: 'warn', words: failureWords(result.error) }
  }
}

function failureWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'remedy' in error ? `${error.message}. ${error.remedy}` : error.message
}
