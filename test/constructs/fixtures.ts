import { autoscale, fixed, type HighlyAvailableDeploymentProps } from '../../constructs/index.ts'

/** A reference that nothing can be said against. */
export const IMAGE = `registry.example.com/shop/web:1.4.2@sha256:${'a'.repeat(64)}`

/** The least that a highly available service must say. */
export const minimal: HighlyAvailableDeploymentProps = {
  image: IMAGE,
  port: 8080,
  resources: { cpu: '250m', memory: '256Mi' },
  health: { ready: '/readyz', live: '/livez' },
  replicas: fixed(3),
}

export const autoscaled: HighlyAvailableDeploymentProps = {
  ...minimal,
  replicas: autoscale({ min: 3, max: 9, cpu: 70 }),
}
