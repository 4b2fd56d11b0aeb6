import { expect, it } from 'vitest'
import { describeWithCluster } from './describe-with-cluster.ts'

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

function deployment(container: object = {}, spec: object = {}) {
  const labels = { 'app.kubernetes.io/name': 'web' }
  const containers = [{ name: 'web', image: 'web:1', securityContext: hardened, ...container }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...spec,
    },
  }
}

const pod = (securityContext: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'web', image: 'web:1', securityContext }] },
})

describeWithCluster('A strict dry run on the real API server', (cluster) => {
  it('accepts a Deployment and keeps nothing', async () => {
    expect(await cluster.dryRun(deployment())).toEqual({
      accepted: true,
      status: 201,
      message: '',
      warnings: [],
    })
    expect(await cluster.get(deployment())).toBeUndefined()
  })

  it('refuses a field that does not exist, and names it', async () => {
    const verdict = await cluster.dryRun(deployment({}, { replcas: 2 }))
    expect(verdict.accepted).toBe(false)
    expect(verdict.message).toContain('.spec.replcas: field not declared in schema')
  })

  it('refuses a value that is not valid', async () => {
    const verdict = await cluster.dryRun(deployment({ imagePullPolicy: 'Sometimes' }))
    expect(verdict).toMatchObject({ accepted: false, status: 422 })
    expect(verdict.message).toContain('Unsupported value: "Sometimes"')
  })

  it('refuses a kind that is not served', async () => {
    const verdict = await cluster.dryRun({ ...deployment(), apiVersion: 'extensions/v1beta1' })
    expect(verdict).toMatchObject({ accepted: false, status: 404 })
  })

  it('warns of a Deployment whose pods Pod Security restricted would refuse', async () => {
    const verdict = await cluster.dryRun(deployment({ securityContext: { privileged: true } }))
    expect(verdict.accepted).toBe(true)
    expect(verdict.warnings.join()).toContain('would violate PodSecurity "restricted:latest"')
  })

  it('refuses such a pod', async () => {
    expect(await cluster.dryRun(pod(hardened))).toMatchObject({ accepted: true })
    const verdict = await cluster.dryRun(pod({ privileged: true }))
    expect(verdict).toMatchObject({ accepted: false, status: 403 })
    expect(verdict.message).toContain('violates PodSecurity "restricted:latest"')
  })

  it('keeps what is applied', async () => {
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { colour: 'blue' },
    }
    await cluster.apply([settings])
    expect(await cluster.get(settings)).toMatchObject({ data: { colour: 'blue' } })
  })
})
