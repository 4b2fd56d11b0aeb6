import { afterAll, beforeAll } from 'vitest'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import type { ClusterWithNodes } from '../cluster-with-nodes.ts'
import type { FluxOfSuite } from '../gitops/describe-with-flux.ts'
import { ClusterRelease, type ClusterReleaseProps } from './cluster-release.ts'

const START_TIMEOUT_MS = 240_000

/** An app that all tests of a suite release, one after the other. */
export function releaseOfSuite(
  cluster: ClusterWithNodes,
  suite: FluxOfSuite,
  app: ClusterReleaseProps['app'] = {},
  rest: Pick<ClusterReleaseProps, 'sync' | 'isRouted'> = {},
): { readonly release: ClusterRelease } {
  const folder = sharedFolder()
  let release: ClusterRelease | undefined
  beforeAll(async () => {
    release = await ClusterRelease.begin({ cluster, flux: suite.flux, folder, app, ...rest })
  }, START_TIMEOUT_MS)
  afterAll(() => release?.[Symbol.asyncDispose](), START_TIMEOUT_MS)
  return {
    get release() {
      if (release === undefined) throw new Error('The app has not been released yet')
      return release
    },
  }
}
