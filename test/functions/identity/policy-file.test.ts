import { describe, expect, it } from 'vitest'
import type { RolloutVerb } from '../../../functions/identity/authorizer.ts'
import { PolicyFile } from '../../../functions/identity/policy-file.ts'
import { describeAuthorizer, type Grant } from './authorizer-contract.ts'

const ruleOf = ({ to, verbs, namespace, name }: Grant) => ({
  ...('name' in to ? { names: [to.name] } : { groups: [to.group] }),
  verbs,
  locks: [`${namespace}/${name}`],
})

describeAuthorizer({
  name: 'PolicyFile',
  namespaces: async () => ['shop', 'shop-2'],
  open: async (grants) =>
    PolicyFile.read(JSON.stringify({ rules: grants.map(ruleOf) }), 'policy.json'),
})

const ALL_MISTAKES = `
rules:
  - names: [ci]
    verbs: [hold, write]
    locks: [shop/import]
  - verbs: [read]
    locks: [import, 'shop/*port', Shop/import]
  - names: [7]
    groups: [ops]
    verbs: []
    locks: []
    lock: shop/import
`

describe('PolicyFile', () => {
  it('knows locks by how they begin', async () => {
    const policy = PolicyFile.read(
      'rules: [{ names: [ci], verbs: [hold], locks: ["shop/report-*", "team-*/import"] }]',
      'policy.yaml',
    )
    const allows = (namespace: string, name: string) =>
      policy.allows({ name: 'ci', groups: [] }, { verb: 'hold', namespace, name })
    expect(await allows('shop', 'report-daily')).toBe(true)
    expect(await allows('shop', 'report')).toBe(false)
    expect(await allows('shop', '*')).toBe(false)
    expect(await allows('shop-2', 'report-daily')).toBe(false)
    expect(await allows('team-a', 'import')).toBe(true)
    expect(await allows('team-a', 'import-2')).toBe(false)
    expect(await allows('*', 'import')).toBe(false)
  })

  it('knows rollouts by environment, namespace and app, and approvals by role', async () => {
    const policy = PolicyFile.read(
      `rules:
        - { names: [ci], verbs: [get, promote], rollouts: ['prod/shop/check*'] }
        - { names: [ci], verbs: [hold], locks: ['*/*'] }
        - { groups: [owners], verbs: [approve], rollouts: ['*/shop/checkout'], roles: [checkout-owners] }`,
      'policy.yaml',
    )
    const allows = (verb: RolloutVerb, place: string, rest: object = {}, groups = ['owners']) => {
      const [environment = '', namespace = '', name = ''] = place.split('/')
      const access = { resource: 'rollouts' as const, verb, environment, namespace, name, ...rest }
      return policy.allows({ name: 'ci', groups }, access)
    }
    expect(await allows('promote', 'prod/shop/checkout')).toBe(true)
    expect(await allows('abort', 'prod/shop/checkout')).toBe(false)
    expect(await allows('promote', 'staging/shop/checkout')).toBe(false)
    expect(await allows('promote', 'prod/shop-2/checkout')).toBe(false)
    expect(await allows('promote', 'prod/shop/*')).toBe(false)
    expect(await allows('approve', 'prod/shop/checkout', { role: 'checkout-owners' })).toBe(true)
    expect(await allows('approve', 'prod/shop/checkout', { role: 'security' })).toBe(false)
    expect(await allows('approve', 'prod/shop/checkout', { role: 'checkout-owners' }, [])).toBe(
      false,
    )
  })

  it('takes no verb without what it is about', () => {
    expect(
      messageOf(`rules:
  - { names: [ci], verbs: [hold, promote, approve] }`),
    ).toBe(`Nothing was started, the configuration is wrong:
  - policy.yaml rules[0].locks: Write which locks: NAMESPACE/NAME, or */* for all
  - policy.yaml rules[0].rollouts: Write which rollouts: ENVIRONMENT/NAMESPACE/APP, or */*/* for all
  - policy.yaml rules[0].roles: Write in which roles of plans, or * for all`)
  })

  it('says all that is wrong at once, where it is', () => {
    expect(messageOf(ALL_MISTAKES)).toBe(`Nothing was started, the configuration is wrong:
  - policy.yaml rules[0].verbs[1]: Write any of hold, break, read (of locks), get, list, tick, promote, pause, resume, abort, retry, approve, rollback (of rollouts)
  - policy.yaml rules[1].locks[0]: Write NAMESPACE/NAME; each of them may end with *, for all that begin so
  - policy.yaml rules[1].locks[1]: Write NAMESPACE/NAME; each of them may end with *, for all that begin so
  - policy.yaml rules[1].locks[2]: Write NAMESPACE/NAME; each of them may end with *, for all that begin so
  - policy.yaml rules[1]: Write whom it is about: names, groups, or both
  - policy.yaml rules[2].names[0]: Write a name
  - policy.yaml rules[2].verbs: Write at least one of hold, break, read (of locks), get, list, tick, promote, pause, resume, abort, retry, approve, rollback (of rollouts)
  - policy.yaml rules[2].locks: Write which locks: NAMESPACE/NAME, or */* for all
  - policy.yaml rules[2]: Unrecognized key: "lock"`)
  })

  it.each([
    ['is empty', ''],
    ['is a list', '[]'],
    ['has no rules', 'rules: []'],
    ['has another key', 'rule: []'],
    ['is about nobody', 'rules: [{ verbs: [hold], locks: ["*/*"] }]'],
  ])('refuses a file that %s', (_, text) => {
    expect(messageOf(text)).toMatch(/^ {2}- policy\.yaml\b.+/m)
  })

  it('says in which line the YAML is none', () => {
    expect(messageOf('rules:\n  - names: [ci\n')).toMatch(/policy\.yaml, line \d+: .+\. Correct/)
  })
})

function messageOf(text: string): string {
  try {
    PolicyFile.read(text, 'policy.yaml')
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIGURATION' })
    return (error as Error).message
  }
  throw new Error('It was taken')
}
