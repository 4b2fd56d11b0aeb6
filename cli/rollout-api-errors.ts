import { fields, items } from '../manifests/fields.ts'

interface Refusal {
  readonly remedy?: string
  readonly isPassing: boolean
  readonly choices: readonly string[]
}

/** The functions understood, and said no. */
export class RefusedByServerError extends Error {
  override readonly name = 'RefusedByServerError'
  readonly code = 'REFUSED_BY_SERVER'
  readonly remedy: string | undefined
  /** Whether the same may be answered a little later. */
  readonly isPassing: boolean
  /** Environments of which one has to be named; empty if that is not why. */
  readonly choices: readonly string[]

  constructor(message: string, { remedy, isPassing, choices }: Refusal) {
    super(message)
    this.remedy = remedy
    this.isPassing = isPassing
    this.choices = choices
  }
}

/** The functions did not answer, or something else did. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError'
  readonly code = 'SERVER_UNREACHABLE'
  readonly remedy = 'Leave --server out to work on the branch itself, with your own rights on it'
}

/** The functions answered, and not what this version of the command reads. */
export class OtherVersionError extends Error {
  override readonly name = 'OtherVersionError'
  readonly code = 'OTHER_VERSION'
  readonly remedy =
    'Use the `lockstep` of the version that is served there, or leave --server out to work on the branch itself'

  /** @param field of the answer that is missing, or is not as it should be */
  constructor(host: string, field: string) {
    super(`${host} is another version of Lockstep: this one cannot read '${field}' of its answer`)
  }
}

/** What an answer means that is a problem. */
export function refusal(host: string, status: number, answer: unknown): Error {
  const { detail, code, environments, retryable } = fields(answer)
  if (typeof detail !== 'string') {
    return new ServerUnreachableError(`${host} answers ${status}, and not as the functions do`)
  }
  return new RefusedByServerError(`${host}: ${detail}`, {
    isPassing: retryable === true,
    choices: code === 'ENVIRONMENT_REQUIRED' ? items(environments).map(String) : [],
    ...(status === 401 && { remedy: `Put a token that ${host} knows into LOCKSTEP_TOKEN` }),
  })
}
