import { describe, expect, it } from 'vitest'
import { readNotificationTargets } from '../../../functions/configuration/notification-settings.ts'

const STANDARD = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const ENV = { STANDARD, TOKEN: 'ghp_of-nobody', RECEIVER: 'of-the-receiver' }

const targets = (...lines: readonly string[]) =>
  ['targets:', ...lines.map((line) => `  - ${line}`)].join('\n')

const read = (yaml: string) =>
  readNotificationTargets({ env: { ...ENV, LOCKSTEP_NOTIFICATIONS: yaml } })

const mistakesOf = async (yaml: string) => {
  const error = await read(yaml).catch((error: unknown) => error)
  return (error as { readonly mistakes: readonly string[] }).mistakes
}

describe('The targets of notifications', () => {
  it('are none if nobody says which', async () => {
    expect(await readNotificationTargets({ env: {} })).toEqual([])
  })

  it('have their secrets from elsewhere', async () => {
    const [chat, flux, argocd, github] = await read(
      targets(
        '{ kind: standard-webhooks, url: "https://chat.example.com/x", secrets: [{ variable: STANDARD }], environments: [prod] }',
        '{ kind: flux-receiver, url: "http://webhook-receiver.flux-system.svc/hook/1", secret: { variable: RECEIVER } }',
        '{ kind: argocd, url: "https://argocd.example.com/api/webhook" }',
        '{ kind: github-status, repository: "git@github.com:acme/deploy.git", token: { variable: TOKEN } }',
      ),
    )
    expect(chat).toMatchObject({ secrets: [STANDARD], environments: ['prod'] })
    expect(flux).toMatchObject({ secret: 'of-the-receiver' })
    expect(argocd).toEqual({ kind: 'argocd', url: 'https://argocd.example.com/api/webhook' })
    if (github?.kind !== 'github-status') throw new Error('The status is missing')
    expect([github.context, await github.token()]).toEqual(['lockstep', 'ghp_of-nobody'])
  })

  it.each([
    'http://chat.example.com/x',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'https://user:password@chat.example.com/x',
    'file:///etc/passwd',
    'chat.example.com',
  ])('are not at %s', async (url) => {
    const yaml = targets(`{ kind: argocd, url: "${url}" }`)
    expect(await mistakesOf(yaml)).toEqual([
      expect.stringMatching(/targets\[0\]\.url: Write an address that begins with https:/),
    ])
  })

  it.each([
    ['{ kind: slack, url: "https://a.example" }', 'Write one of standard-webhooks'],
    ['{ kind: github-status, repository: deploy, token: { variable: TOKEN } }', 'repository'],
    [
      '{ kind: standard-webhooks, url: "https://a.example", secrets: [{ variable: TOKEN }] }',
      'whsec_',
    ],
    ['{ kind: gitlab-status, repository: "https://gitlab.com/a/b" }', 'token'],
  ])('are not %s', async (target, mistake) => {
    expect((await mistakesOf(targets(target))).join()).toContain(mistake)
  })
})
