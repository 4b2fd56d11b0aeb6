/** How a request went. */
export interface RequestMeasure {
  readonly method: string
  /** With the names of its parameters and not their values: `/v1/locks/{namespace}`. */
  readonly route: string
  readonly status: number
  /** Of a problem. */
  readonly code?: string
  readonly durationMs: number
}

/** How a call of whatever is behind the function went. */
export interface CallMeasure {
  readonly operation: string
  readonly outcome: 'done' | 'refused' | 'failed'
  readonly durationMs: number
}

/** Counts what happens, for whoever asks at `/metrics`. */
export interface RequestMetrics {
  request(measure: RequestMeasure): void
  call(measure: CallMeasure): void
  /** All counts so far, as that content type has it. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>
}
