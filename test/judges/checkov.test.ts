import { expect, it, vi } from 'vitest'
import { GOLDENS, GOLDENS_IN_FLIGHT } from '../goldens/goldens.ts'
import { OBJECTIONABLE } from '../goldens/objectionable.ts'
import { shopObjects } from '../goldens/shop.ts'
import { acceptedChecks, objectionsTo } from './checkers-page.ts'
import { checkov } from './checkov.ts'
import { describeWithPython } from './describe-with-judge.ts'
import { judgedFolder } from './judged-folder.ts'
import { CHECKOV } from './python-programs.ts'

/** It takes some seconds to start, more on a busy machine. */
const TIMEOUT_MS = 120_000

await describeWithPython(CHECKOV, (installation) => {
  vi.setConfig({ testTimeout: TIMEOUT_MS })

  it('finds nothing that a workload has not said is accepted, and all that one has', async () => {
    const objects = [...GOLDENS, ...GOLDENS_IN_FLIGHT].flatMap((golden) => golden.objects())
    const verdict = await checkov(installation, judgedFolder(objects))
    expect(verdict.findings).toEqual([])
    expect(new Set(verdict.waived.map(({ check }) => check))).toEqual(acceptedChecks('Checkov'))
    // It counts a pod template as an object of its own, so there are at least as many.
    expect(verdict.objects).toBeGreaterThanOrEqual(objects.length)
  })

  it('finds nothing in any environment of the shop', async () => {
    for (const [environment, objects] of await shopObjects()) {
      const { findings } = await checkov(installation, judgedFolder(objects))
      expect(findings, environment).toEqual([])
    }
  })

  it('objects to options as docs/checkers.md says', async () => {
    const objects = OBJECTIONABLE.flatMap(({ golden }) => golden.objects())
    const { findings } = await checkov(installation, judgedFolder(objects))
    for (const { option, golden } of OBJECTIONABLE) {
      const ofApp = findings.filter(({ object }) => object.endsWith(`/${golden.name}`))
      expect(ofApp.map(({ check }) => check)).toEqual(objectionsTo(option, 'Checkov'))
    }
  })
})
