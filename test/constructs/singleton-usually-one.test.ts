import { describe, expect, it } from 'vitest'
import { usuallyOne } from '../../constructs/guarantee.ts'
import { SingletonService } from '../../constructs/singleton-service.ts'
import { goldenYaml } from './golden-yaml.ts'
import { listening, synth, worker } from './singleton-fixtures.ts'

const volumes = { data: { path: '/var/lib/feed', size: '5Gi', storageClass: 'fast' } } as const

const importer = () =>
  synth((test) => new SingletonService(test, 'importer', { ...listening, guarantee: usuallyOne() }))

describe('A singleton of which there is usually one', () => {
  it('is a Deployment of one pod that ends before the next one starts', () => {
    const { spec } = importer().find('Deployment')
    expect(spec).toMatchObject({ replicas: 1 })
    // The API server refuses the bounds of a rolling update beside it.
    expect((spec as { strategy: unknown }).strategy).toEqual({ type: 'Recreate' })
  })

  it('lets drains go on', () => {
    expect(importer().find('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 })
  })

  it('is called at a Service with an address', () => {
    expect(importer().find('Service').spec).toMatchObject({
      ports: [{ port: 80, targetPort: 'http' }],
    })
  })

  it('accepts that there are two for a moment, and says so on its objects', () => {
    const { find, findings } = importer()
    expect(
      find('Deployment').metadata.annotations?.['waiver.lockstep.dev/singleton.not-at-most-one'],
    ).toContain('two for a moment')
    expect(findings.every(({ waived }) => waived !== undefined)).toBe(true)
  })

  it('may have a volume, which no sync ever deletes', () => {
    const { find } = synth((test) => {
      const { volumeClaims } = new SingletonService(test, 'importer', {
        ...worker,
        guarantee: usuallyOne({ volumes }),
      })
      expect(volumeClaims.data?.name).toBe('importer-data')
    })
    expect(find('PersistentVolumeClaim')).toMatchObject({
      metadata: {
        name: 'importer-data',
        annotations: {
          'kustomize.toolkit.fluxcd.io/prune': 'disabled',
          'argocd.argoproj.io/sync-options': 'Prune=false',
        },
      },
      spec: {
        accessModes: ['ReadWriteOncePod'],
        storageClassName: 'fast',
        resources: { requests: { storage: '5Gi' } },
      },
    })
    expect(find('Deployment').spec).toMatchObject({
      template: {
        spec: {
          volumes: expect.arrayContaining([
            { name: 'data', persistentVolumeClaim: { claimName: 'importer-data' } },
          ]),
        },
      },
    })
  })

  it('is written as it was', async () => {
    await expect(goldenYaml(importer())).toMatchFileSnapshot('./__snapshots__/g16-usually-one.yaml')
  })
})
