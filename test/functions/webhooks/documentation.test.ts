import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { NOTIFICATION_TARGETS } from '../../../functions/configuration/notification-settings.ts'
import { WEBHOOK_SENDERS } from '../../../functions/configuration/webhook-settings.ts'
import { argoRolloutsMeasurement } from '../../../functions/webhooks/argo-rollouts.ts'
import { argoCdNotification } from '../../../functions/webhooks/argocd.ts'
import { FLAGGER_HOOKS } from '../../../functions/webhooks/flagger.ts'
import { SENDER_PROOFS } from '../../../functions/webhooks/webhook-sender.ts'
import { markdownBlocks } from '../../meta/markdown-blocks.ts'
import { ROOT } from '../../meta/repository.ts'

const page = readFileSync(join(ROOT, 'docs/webhooks.md'), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it looks at
const documents: readonly any[] = markdownBlocks(page)
  .filter(({ language }) => language === 'yaml')
  .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS()))

const documentWith = (key: string) => documents.find((document) => key in document)
const ofKind = (kind: string) => documents.find((document) => document.kind === kind)

/** With something in place of what the sender fills in. */
const filled = (template: string): string => template.replaceAll(/\{\{[^}]*\}\}/g, 'x')

describe('docs/webhooks.md', () => {
  it('has settings that can be read', () => {
    WEBHOOK_SENDERS.parse(documentWith('senders'))
    NOTIFICATION_TARGETS.parse(documentWith('targets'))
  })

  it('has each sender, with the proofs that it can give, in their order', () => {
    const rows = page.matchAll(/^\| `([\w/-]+)` \| `\/webhooks\/[^`]+` \| (.+) \|$/gm)
    const listed = [...rows].map(([, kind, proofs = '']) => [kind, proofs.match(/[\w-]+/g)])
    expect(listed).toEqual(Object.entries(SENDER_PROOFS))
  })

  it('has a notification of Argo CD that is understood', () => {
    const template = ofKind('ConfigMap').data['template.lockstep']
    const [{ body }] = parseAllDocuments(template).map((one) => one.toJS().webhook.lockstep)
    argoCdNotification.parse(JSON.parse(filled(body)))
  })

  it('has a metric of Argo Rollouts that is understood', () => {
    const [{ provider }] = ofKind('AnalysisTemplate').spec.metrics
    argoRolloutsMeasurement.parse(JSON.parse(filled(JSON.stringify(provider.web.jsonBody))))
  })

  it('has hooks of Flagger that there are, at paths of their types', () => {
    const { webhooks } = documents.find((document) => document.spec?.analysis).spec.analysis
    for (const { type, url } of webhooks) {
      expect(FLAGGER_HOOKS).toContain(type)
      expect(new URL(url).pathname).toBe(`/webhooks/flagger/${type}`)
    }
  })
})
