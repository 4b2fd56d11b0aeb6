import type { TestSynthesis } from '../../constructs/testing.ts'

interface PodSpec {
  readonly containers: readonly [
    {
      readonly args: readonly string[]
      readonly env: readonly { readonly name: string; readonly value: string }[]
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
    },
  ]
  readonly volumes: readonly {
    readonly name: string
    readonly secret?: { readonly secretName: string }
  }[]
}

const podOf = ({ find }: TestSynthesis): PodSpec =>
  (find('Deployment', 'lockstep').spec as { template: { spec: PodSpec } }).template.spec

/** The container of the Deployment `lockstep`. */
export const containerOf = (synthesis: TestSynthesis): PodSpec['containers'][0] =>
  podOf(synthesis).containers[0]

/** Which Secret its container has in which folder. */
export function secretsOf(synthesis: TestSynthesis): Readonly<Record<string, string>> {
  const { volumes } = podOf(synthesis)
  const mounted = containerOf(synthesis).volumeMounts.flatMap(({ name, mountPath }) => {
    const secret = volumes.find((volume) => volume.name === name)?.secret
    return secret === undefined ? [] : [[mountPath, secret.secretName]]
  })
  return Object.fromEntries(mounted)
}

/** What its container finds: its variables, the files of its ConfigMap, and something in each Secret. */
export function surroundings(synthesis: TestSynthesis) {
  const { env } = containerOf(synthesis)
  const configMap = synthesis.objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('lockstep'),
  )
  const texts = Object.entries((configMap?.data ?? {}) as Record<string, string>)
  return {
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
    readFile: async (path: string) => {
      const [, text] = texts.find(([name]) => path.endsWith(name)) ?? []
      return text ?? 'a secret of more than sixteen characters'
    },
  }
}
