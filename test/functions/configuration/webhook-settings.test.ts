import { describe, expect, it } from 'vitest'
import { readWebhookSenders } from '../../../functions/configuration/webhook-settings.ts'

const RANDOM = '0123456789abcdef0123456789abcdef'
const STANDARD = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const ENV = {
  RANDOM,
  OTHER: RANDOM.toUpperCase(),
  STANDARD,
  BASIC: `alertmanager:${RANDOM}`,
  SHORT: 'password',
}

const read = (yaml: string) => readWebhookSenders({ env: { ...ENV, LOCKSTEP_WEBHOOKS: yaml } })

const senders = (...lines: readonly string[]) =>
  ['senders:', ...lines.map((line) => `  - ${line}`)].join('\n')

const mistakesOf = async (yaml: string) => {
  const error = await read(yaml).catch((error: unknown) => error)
  return (error as { readonly mistakes: readonly string[] }).mistakes
}

describe('The senders of webhooks', () => {
  it('are none if nobody says who', async () => {
    expect(await readWebhookSenders({ env: {} })).toEqual([])
  })

  it('are proven in the best way that there is for each, unless somebody says how', async () => {
    const given = await read(
      senders(
        '{ kind: flux, environment: prod, secrets: [{ variable: RANDOM }, { variable: OTHER }] }',
        '{ kind: gitlab, secrets: [{ variable: STANDARD }] }',
        '{ kind: alertmanager, proof: basic, secrets: [{ variable: BASIC }] }',
        '{ kind: registry/harbor, host: "harbor.example.com:8443", secrets: [{ variable: RANDOM }] }',
        '{ kind: registry/quay, secrets: [{ variable: RANDOM }] }',
      ),
    )
    expect(given).toEqual([
      {
        kind: 'flux',
        proof: 'x-signature',
        environment: 'prod',
        secrets: [RANDOM, RANDOM.toUpperCase()],
      },
      { kind: 'gitlab', proof: 'standard-webhooks', secrets: [STANDARD] },
      { kind: 'alertmanager', proof: 'basic', secrets: [`alertmanager:${RANDOM}`] },
      {
        kind: 'registry/harbor',
        proof: 'bearer',
        host: 'harbor.example.com:8443',
        secrets: [RANDOM],
      },
      { kind: 'registry/quay', proof: 'url', host: 'quay.io', secrets: [RANDOM] },
    ])
  })

  it('have secrets in files, whose last line may end', async () => {
    const files: Record<string, string> = {
      '/etc/webhooks.yaml': senders('{ kind: github, secrets: [{ file: /etc/github }] }'),
      '/etc/github': `${RANDOM}\n`,
    }
    const given = await readWebhookSenders({
      env: { LOCKSTEP_WEBHOOKS_FILE: '/etc/webhooks.yaml' },
      readFile: async (path) => files[path] ?? Promise.reject(new Error(`no ${path}`)),
    })
    expect(given[0]?.secrets).toEqual([RANDOM])
  })

  it('are all told at once what is wrong with them, and no secret', async () => {
    const mistakes = await mistakesOf(
      senders(
        '{ kind: flux, secrets: [{ variable: SHORT }] }',
        '{ kind: gitlab, secrets: [{ variable: RANDOM }, { variable: MISSING }] }',
        '{ kind: alertmanager, proof: basic, secrets: [{ variable: RANDOM }] }',
        '{ kind: registry/docker-hub, secrets: [{ variable: BASIC }] }',
        '{ kind: github, secrets: [{ file: /etc/github }] }',
      ),
    )
    expect(mistakes).toEqual([
      expect.stringMatching(/senders\[0\]\.secrets\[0\]: is no secret for the proof x-signature/),
      expect.stringMatching(/senders\[1\]\.secrets\[0\]: .*whsec_/),
      expect.stringMatching(/senders\[1\]\.secrets\[1\]: MISSING has nothing in it/),
      expect.stringMatching(/senders\[2\]\.secrets\[0\]: .*NAME:PASSWORD/),
      expect.stringMatching(/senders\[3\]\.secrets\[0\]: .*openssl rand -hex 32/),
      expect.stringMatching(/senders\[4\]\.secrets\[0\]: there are no files here/),
    ])
    expect(mistakes.join()).not.toContain('password:')
    expect(mistakes.join()).not.toContain(RANDOM)
  })

  it.each([
    ['{ kind: flux }', 'senders[0].secrets'],
    ['{ kind: flux, secrets: [] }', 'Write where its secret is'],
    ['{ kind: flux, secrets: [hunter2hunter2hunter2] }', 'Write { file: PATH }'],
    [
      '{ kind: flux, proof: none, secrets: [{ variable: RANDOM }] }',
      'x-signature or bearer or url',
    ],
    ['{ kind: jenkins, secrets: [{ variable: RANDOM }] }', 'Write one of flux, argocd'],
    ['{ kind: registry/harbor, secrets: [{ variable: RANDOM }] }', 'Write what its images begin'],
    ['{ kind: flux, host: a, secrets: [{ variable: RANDOM }] }', 'senders[0]'],
    ['{ kind: flux, environment: "../a", secrets: [{ variable: RANDOM }] }', 'environment'],
  ])('are not %s', async (sender, mistake) => {
    expect((await mistakesOf(senders(sender))).join()).toContain(mistake)
  })

  it('are told apart by their secrets', async () => {
    const one = '{ kind: flux, environment: prod, secrets: [{ variable: RANDOM }] }'
    const other =
      '{ kind: flux, environment: dev, secrets: [{ variable: OTHER }, { variable: RANDOM }] }'
    expect(await mistakesOf(senders(one, other))).toEqual([
      expect.stringContaining('senders[1]: has a secret of senders[0]'),
    ])
  })
})
