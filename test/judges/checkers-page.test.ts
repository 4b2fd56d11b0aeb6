import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PEER_WAIVERS } from '../../constructs/peer-waivers.ts'
import { GoModule } from '../control-plane/go-module.ts'
import { GOLDENS } from '../goldens/goldens.ts'
import { OBJECTIONABLE } from '../goldens/objectionable.ts'
import { ROOT } from '../meta/repository.ts'
import { checkersTable, codes } from './checkers-page.ts'
import { KUBE_SCORE } from './programs.ts'
import { PythonEnvironment } from './python-environment.ts'
import { CHECKOV } from './python-programs.ts'

it('lists every waiver that the constructs write, and no others', () => {
  const rows = checkersTable('On purpose').map(({ why, ...checkers }) => ({
    why,
    ...Object.fromEntries(Object.entries(checkers).map(([name, cell]) => [name, codes(cell)])),
  }))
  expect(rows).toEqual(
    PEER_WAIVERS.map(({ reason, kubeScore = [], checkov = [], polaris = [], kubeLinter = [] }) => ({
      why: reason,
      'kube-score': kubeScore,
      Checkov: checkov,
      Polaris: polaris,
      'kube-linter': kubeLinter,
    })),
  )
})

it('names the versions that are run', () => {
  const page = readFileSync(join(ROOT, 'docs/checkers.md'), 'utf8')
  const kubeScore = new GoModule(KUBE_SCORE.moduleFolder).versionOf(KUBE_SCORE.versionOf)
  expect(page).toContain(`| kube-score ${kubeScore.slice(1)} |`)
  expect(page).toContain(`| Checkov ${new PythonEnvironment(CHECKOV).version},`)
})

it('says that checks are accepted that some golden answers, each of them', () => {
  const annotations = GOLDENS.flatMap(({ objects }) => objects())
    .flatMap(({ metadata }) => Object.entries(metadata.annotations ?? {}))
    .map(([name, value]) => `${name}: ${value}`)
  for (const { polaris = [], kubeLinter = [], kubeScore = [], checkov = [] } of PEER_WAIVERS) {
    const forms = [
      ...polaris.map((check) => `polaris.fairwinds.com/${check}-exempt: true`),
      ...kubeLinter.map((check) => `ignore-check.kube-linter.io/${check}: `),
      ...kubeScore,
      ...checkov,
    ]
    for (const form of forms)
      expect(
        annotations.some((text) => text.includes(form)),
        form,
      ).toBe(true)
  }
})

it('lists the options that the judges are asked about, and no others', () => {
  expect(checkersTable('Up to you').map(({ option }) => option)).toEqual(
    OBJECTIONABLE.map(({ option }) => `\`${option}\``),
  )
})
