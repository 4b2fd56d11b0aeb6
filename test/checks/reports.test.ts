import { describe, expect, it } from 'vitest'
import type { Finding } from '../../checks/finding.ts'
import {
  type CheckReport,
  describeSummary,
  hasFailed,
  summaryOf,
} from '../../checks/reports/check-report.ts'
import { renderJson } from '../../checks/reports/json-report.ts'
import { renderMarkdown } from '../../checks/reports/markdown-report.ts'
import { renderSarif } from '../../checks/reports/sarif-report.ts'
import { renderText } from '../../checks/reports/text-report.ts'
import { simulateFailures } from '../../checks/simulate-failures.ts'
import { goodApp, set } from './good-app.ts'

const error: Finding = {
  rule: 'pdb/never-evictable',
  severity: 'error',
  environment: 'prod',
  object: 'PodDisruptionBudget.policy shop/web',
  field: 'spec.minAvailable',
  message: '`minAvailable: 3` lets no pod be evicted while there are 3 pods',
  remedy: 'Use `maxUnavailable: 1`',
  origin: { file: 'apps/my shop.ts', line: 12, constructPath: 'prod/shop/web' },
}
const warning: Finding = {
  rule: 'image/digest',
  severity: 'warning',
  object: 'Deployment.apps shop/web',
  message: "'web|<1>' is a tag, which can be moved",
  remedy: 'Add the digest',
}
const waived: Finding = { ...warning, object: 'Deployment.apps shop/old', waived: 'it goes in May' }
const advice: Finding = {
  rule: 'construct/option',
  severity: 'advice',
  object: 'prod/shop/web',
  message: 'Could be shorter',
  remedy: 'Shorten it',
}
const findings = [error, { ...error, environment: 'staging' }, warning, waived, advice]

const report: CheckReport = {
  findings,
  objects: 23,
  baselined: 2,
  simulations: [{ environment: 'prod', simulation: simulateFailures(goodApp()) }],
}

describe('A summary', () => {
  it('counts what is waived apart', () => {
    expect(describeSummary(summaryOf(findings))).toBe(
      '2 errors, 1 warning, 1 piece of advice, 1 waived',
    )
    expect(describeSummary(summaryOf([]))).toBe('nothing found')
  })

  it('fails for errors and warnings that nobody waived', () => {
    expect([error, warning, waived, advice].map((finding) => hasFailed([finding]))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('A report as text', () => {
  it('groups by rule, says once what environments share, and lists what is waived with its reason', () => {
    expect(renderText(findings)).toBe(`\
error pdb/never-evictable
  PodDisruptionBudget.policy shop/web [prod, staging]  spec.minAvailable
    \`minAvailable: 3\` lets no pod be evicted while there are 3 pods
    → Use \`maxUnavailable: 1\`
    apps/my shop.ts:12 (prod/shop/web)

warning image/digest
  Deployment.apps shop/web
    'web|<1>' is a tag, which can be moved
    → Add the digest

advice construct/option
  prod/shop/web
    Could be shorter
    → Shorten it

waived
  image/digest  Deployment.apps shop/old: it goes in May
`)
  })

  it.each([5, 8, 14, 20, 40])('fits into %i lines, and drops no rule without a word', (lines) => {
    const many = Array.from({ length: 30 }, (_, index): Finding[] => [
      { ...warning, rule: `area/rule-${index}` },
      { ...warning, rule: `area/rule-${index}`, object: 'Deployment.apps shop/api' },
    ]).flat()
    const text = renderText([...many, advice, waived], { lines })
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(lines)
    for (const { rule } of many) expect(text).toContain(rule)
  })

  it('shortens warnings, and no error', () => {
    const many = Array.from({ length: 12 }, (_, index): Finding[] => [
      { ...error, object: `Deployment.apps shop/app-${index}`, remedy: `Do this ${index}` },
      { ...warning, rule: `area/rule-${index}`, remedy: `Do that ${index}` },
    ]).flat()
    const text = renderText(many, { lines: 14 })
    for (const { remedy } of many.filter(({ severity }) => severity === 'error')) {
      expect(text).toContain(`    → ${remedy}\n    apps/my shop.ts:12`)
    }
    expect(text).toContain('area/rule-11')
    expect(text).not.toContain('Do that 11')
  })

  it('paints nothing by itself', () => {
    expect(renderText([error], { paint: (emphasis, part) => `<${emphasis}>${part}</>` })).toContain(
      '<error>error</> <strong>pdb/never-evictable</>',
    )
  })

  it('is empty where nothing was found', () => {
    expect(renderText([])).toBe('')
  })
})

describe('A report as JSON', () => {
  it('holds findings, what their rules say, and the simulation', () => {
    const read: unknown = JSON.parse(renderJson(report))
    expect(read).toMatchObject({
      version: 1,
      objects: 23,
      summary: { error: 2, warning: 1, advice: 1, waived: 1, baselined: 2 },
      rules: {
        'image/digest': { peers: expect.arrayContaining(['checkov/CKV_K8S_43']) },
        'construct/option': {},
      },
      findings,
      simulations: [{ environment: 'prod', assumptions: { zones: 3 }, workloads: [{}, {}, {}] }],
    })
  })

  it('has no number for what never ends', () => {
    const forEver = [
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
    ]
    const simulation = simulateFailures(
      goodApp(set('Deployment/web', 'spec.template.spec.tolerations', forEver)),
    )
    const read = JSON.parse(renderJson({ ...report, simulations: [{ simulation }] }))
    expect(read.simulations[0].workloads[1].atMin.recovery).toEqual({
      by: 'replacement',
      seconds: null,
    })
  })
})

describe('A report in SARIF', () => {
  const log = JSON.parse(renderSarif(findings))
  const [run] = log.runs

  it('has the shape that the standard asks for', () => {
    expect(log).toMatchObject({
      $schema: expect.stringContaining('sarif-2.1.0'),
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'lockstep' } }, columnKind: 'utf16CodeUnits' }],
    })
    expect(log.runs).toHaveLength(1)
  })

  it('describes each rule once, and every result points at its rule', () => {
    const rules = run.tool.driver.rules as { id: string }[]
    expect(rules.map(({ id }) => id)).toEqual([
      'construct/option',
      'image/digest',
      'pdb/never-evictable',
    ])
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex]?.id).toBe(ruleId)
  })

  it('gives every result a level, a text, a place and a fingerprint', () => {
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual([
      'error',
      'error',
      'warning',
      'warning',
      'note',
    ])
    expect(run.results[0]).toMatchObject({
      message: { text: `${error.message}. ${error.remedy}.` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'apps/my%20shop.ts' },
            region: { startLine: 12 },
          },
          logicalLocations: [{ fullyQualifiedName: `prod ${error.object} ${error.field}` }],
        },
      ],
    })
    const fingerprints = run.results.map(({ partialFingerprints }: Record<string, unknown>) =>
      JSON.stringify(partialFingerprints),
    )
    expect(new Set(fingerprints).size).toBe(findings.length)
  })

  it('suppresses what is waived, with the reason', () => {
    expect(
      run.results.map(({ suppressions }: { suppressions?: unknown }) => suppressions ?? null),
    ).toEqual([null, null, null, [{ kind: 'inSource', justification: 'it goes in May' }], null])
  })
})

describe('A report in Markdown', () => {
  const text = renderMarkdown(report)

  it('sums up first, and folds advice, waivers and bad days away', () => {
    expect(text.split('\n')[0]).toBe(
      '### Check of 23 objects: 2 errors, 1 warning, 1 piece of advice, 1 waived',
    )
    expect([...text.matchAll(/<summary>(.*)<\/summary>/g)].map(([, title]) => title)).toEqual([
      'Advice',
      'Waived',
      'Bad days in prod',
    ])
    expect(text).toContain('2 more are taken as given by the baseline.')
  })

  it('lets no text from a manifest end a cell or begin a tag', () => {
    expect(text).toContain("'web\\|&lt;1&gt;' is a tag".replace('&gt;', '>'))
    for (const row of text.split('\n').filter((line) => line.startsWith('| '))) {
      expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(4)
    }
  })
})
