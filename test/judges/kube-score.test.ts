import { expect, it } from 'vitest'
import { GOLDENS, GOLDENS_IN_FLIGHT } from '../goldens/goldens.ts'
import { OBJECTIONABLE } from '../goldens/objectionable.ts'
import { shopObjects } from '../goldens/shop.ts'
import { acceptedChecks, checksOffByDefault, objectionsTo } from './checkers-page.ts'
import { describeWithProgram } from './describe-with-judge.ts'
import { judgedFolder } from './judged-folder.ts'
import { kubeScore } from './kube-score.ts'
import { KUBE_SCORE } from './programs.ts'

const OFF_BY_DEFAULT = checksOffByDefault('kube-score')

describeWithProgram(KUBE_SCORE, () => {
  it('finds nothing that a workload has not said is accepted, but what is off by default', async () => {
    const folder = judgedFolder(GOLDENS.flatMap(({ objects }) => objects()))
    const found = await kubeScore(folder, { heedWaivers: true })
    expect(found.filter(({ check }) => !OFF_BY_DEFAULT.includes(check))).toEqual([])
    expect(new Set(found.map(({ check }) => check))).toEqual(new Set(OFF_BY_DEFAULT))
  })

  it('finds nothing in any environment of the shop', async () => {
    for (const [environment, objects] of await shopObjects()) {
      const found = await kubeScore(judgedFolder(objects), { heedWaivers: true })
      const serious = found.filter(({ check }) => !OFF_BY_DEFAULT.includes(check))
      expect(serious, environment).toEqual([])
    }
  })

  it('would find all that workloads say is accepted, and nothing else', async () => {
    const folder = judgedFolder(GOLDENS.flatMap(({ objects }) => objects()))
    const found = await kubeScore(folder, { heedWaivers: false })
    const checks = found
      .map(({ check }) => check)
      .filter((check) => !OFF_BY_DEFAULT.includes(check))
    expect(new Set(checks)).toEqual(acceptedChecks('kube-score'))
  })

  it('finds a canary of one pod in flight too few, and nothing else', async () => {
    const folder = judgedFolder(GOLDENS_IN_FLIGHT.flatMap(({ objects }) => objects()))
    const found = await kubeScore(folder, { heedWaivers: true })
    expect(found.filter(({ check }) => !OFF_BY_DEFAULT.includes(check))).toEqual([
      { check: 'deployment-replicas', object: 'Deployment test/flight-unrouted-canary' },
    ])
  })

  it.each(OBJECTIONABLE)('objects to $option as docs/checkers.md says', async (objectionable) => {
    const folder = judgedFolder(objectionable.golden.objects())
    const found = await kubeScore(folder, { heedWaivers: true })
    const checks = found
      .map(({ check }) => check)
      .filter((check) => !OFF_BY_DEFAULT.includes(check))
    expect(checks).toEqual(objectionsTo(objectionable.option, 'kube-score'))
  })
})
