import { expect, it } from 'vitest'
import { environmentOfSync } from '../../reconciler/environment-of-sync.ts'
import { application, kustomization } from './cluster-in-flight.ts'

it.each([
  ['./prod/traffic/shop', 'prod'],
  ['prod/workloads', 'prod'],
  ['/prod//traffic/', 'prod'],
  ['./', undefined],
  ['./cluster', undefined],
  ['./overlays/prod', undefined],
  // It is printed as a part of a command.
  ['./$(reboot)/traffic/shop', undefined],
  ['./-x/traffic', undefined],
  ['../traffic', undefined],
  [7, undefined],
  [undefined, undefined],
])('the environment of a sync that is told %j is %j', (path, environment) => {
  expect(environmentOfSync({ ...kustomization('any'), spec: { path } })).toBe(environment)
  const argo = application('any')
  expect(environmentOfSync({ ...argo, spec: { source: { path } } })).toBe(environment)
  const sources = [{ chart: 'redis' }, { path }]
  expect(environmentOfSync({ ...argo, spec: { sources } })).toBe(environment)
})
