import { EnvValue, Secret } from 'cdk8s-plus-27'
import {
  HighlyAvailableDeployment,
  type HighlyAvailableDeploymentProps,
} from '../../constructs/highly-available-deployment.ts'
import type { Namespace } from '../../constructs/namespace.ts'
import { fixed } from '../../constructs/replicas.ts'
import { type Golden, golden, served } from './golden.ts'

/** An app with an option that some checker is right to object to. */
export interface Objectionable {
  /** As docs/checkers.md shows it. */
  readonly option: string
  readonly golden: Golden
}

const withOption = (
  option: string,
  name: string,
  props: (scope: Namespace) => Partial<HighlyAvailableDeploymentProps>,
  settings: { readonly development?: boolean } = {},
): Objectionable => ({
  option,
  golden: golden(
    name,
    (scope, id) => {
      new HighlyAvailableDeployment(scope, id, { ...served, replicas: fixed(3), ...props(scope) })
    },
    settings,
  ),
})

export const OBJECTIONABLE: readonly Objectionable[] = [
  withOption("resources: { cpu: { request: '250m', limit: 'none' } }", 'no-cpu-limit', () => ({
    resources: { cpu: { request: '250m', limit: 'none' }, memory: '256Mi' },
  })),
  withOption('env: { … EnvValue.fromSecretValue(…) }', 'secret-in-env', (scope) => {
    const secret = Secret.fromSecretName(scope, 'Database', 'database')
    return { env: { DATABASE: EnvValue.fromSecretValue({ secret, key: 'url' }) } }
  }),
  withOption(
    "image: 'registry.example.com/shop/web:1.4.2'",
    'bare-tag',
    () => ({ image: 'registry.example.com/shop/web:1.4.2' }),
    { development: true },
  ),
]
