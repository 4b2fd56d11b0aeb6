export interface Expression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

export interface Delay {
  /** Where `seconds` says nothing. */
  readonly otherwiseMs: number
  /** Expression of jq that gives a number or null. */
  readonly seconds: string
}

/** Without a status: the object goes. */
export function stage(
  kind: 'Node' | 'Pod',
  name: string,
  { when, delay, status }: { when: readonly Expression[]; delay?: Delay; status?: string },
): object {
  const template = `
{{ $now := Now }}
{{ $annotations := or .metadata.annotations dict }}
${status}`
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when },
      ...(delay && {
        delay: {
          durationMilliseconds: delay.otherwiseMs,
          durationFrom: {
            expressionFrom: `(${delay.seconds}) | if . then tostring + "s" else null end`,
          },
        },
      }),
      steps: [
        status === undefined
          ? { delete: true }
          : { patch: { subresource: 'status', root: 'status', template } },
      ],
    },
  }
}

export function conditions(status: string, ...types: readonly string[]): string {
  const lines = types.map(
    (type) => `
- type: ${type}
  status: "${type === 'Initialized' ? 'True' : status}"
  lastTransitionTime: {{ $now | Quote }}`,
  )
  return `conditions:${lines.join('')}`
}

export const containers = (ready: string, state: string): string => `
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: ${ready}
  started: ${ready}
  restartCount: 0
  state: { ${state} }
{{ end }}`

export function ended(): string {
  const terminated = `terminated: {
    exitCode: {{ $code }},
    reason: {{ if eq $code "0" }}Completed{{ else }}Error{{ end }},
    finishedAt: {{ $now | Quote }} }`
  return `
phase: {{ if eq $code "0" }}Succeeded{{ else }}Failed{{ end }}
${conditions('False', 'Ready', 'ContainersReady')}
${containers('false', terminated)}`
}
