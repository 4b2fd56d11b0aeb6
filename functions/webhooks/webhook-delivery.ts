import type { z } from 'zod'
import { invalidRequest } from '../http/invalid-request.ts'
import { ProblemError } from '../http/problem-error.ts'
import { PROBLEMS } from '../http/problem-types.ts'
import { readWebhookJson } from './webhook-json.ts'

export interface WebhookDeliveryProps {
  /** As it came: it is these bytes that are signed. */
  readonly body: Uint8Array<ArrayBuffer>
  readonly header: (name: string) => string | undefined
  /** From the end of the path. */
  readonly urlSecret: string | undefined
}

/** What came from somebody who says to be a sender. */
export class WebhookDelivery {
  readonly body: Uint8Array<ArrayBuffer>
  readonly header: (name: string) => string | undefined
  readonly urlSecret: string | undefined
  #json: { readonly value: unknown } | undefined

  constructor({ body, header, urlSecret }: WebhookDeliveryProps) {
    this.body = body
    this.header = header
    this.urlSecret = urlSecret
  }

  /**
   * Its body. Whatever type it says to have is as good as none, since many senders say nothing of it;
   * but for forms, which GitHub can send and which are no JSON.
   *
   * @throws {ProblemError}
   */
  get json(): unknown {
    if (this.header('content-type')?.startsWith('application/x-www-form-urlencoded')) {
      throw new ProblemError({
        type: PROBLEMS.unsupportedMediaType,
        detail: 'The body is a form. Choose application/json where the webhook is set up',
        retryable: false,
      })
    }
    this.#json ??= { value: readWebhookJson(this.body) }
    return this.#json.value
  }

  /**
   * Its body, as the schema has it.
   *
   * @throws {ProblemError} with all that is wrong
   */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const result = schema.safeParse(this.json)
    if (!result.success) throw invalidRequest('json', result.error)
    return result.data
  }
}
