import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StaticTokens } from '../../../functions/identity/static-tokens.ts'
import { describeAuthenticator } from './authenticator-contract.ts'

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex')
const [ofCi, alsoOfCi, ofOps] = [1, 2, 3].map(() => randomBytes(32).toString('base64url')) as [
  string,
  string,
  string,
]
const file = `
tokens:
  - { name: ci, sha256: '${sha256(ofCi)}' }
  - { name: ci, sha256: '${sha256(alsoOfCi)}' }
  - { name: ops, groups: [people, night], sha256: '${sha256(ofOps)}' }
`

const OPS = { name: 'ops', groups: ['people', 'night'], proof: 'static token' }

describeAuthenticator({
  name: 'StaticTokens',
  open: () => StaticTokens.read(file, 'tokens.yaml'),
  good: async () => ({ token: ofOps, identity: OPS }),
  wrong: {
    'that is the digest of one': async () => sha256(ofOps),
    'of nobody': async () => randomBytes(32).toString('base64url'),
    'that is another one and a line break': async () => `${ofCi}\n`,
  },
})

describe('StaticTokens', () => {
  it('knows several tokens of one name, so that one can be replaced', async () => {
    const tokens = StaticTokens.read(file, 'tokens.yaml')
    for (const token of [ofCi, alsoOfCi]) {
      expect(await tokens.authenticate(token)).toEqual({
        name: 'ci',
        groups: [],
        proof: 'static token',
      })
    }
  })

  it.each([
    ['a token in place of its digest', `{ name: ci, sha256: '${ofCi}' }`, '[0].sha256: Write the'],
    ['no digest', '{ name: ci }', 'tokens[0].sha256: Quote the digest'],
    ['the digest of nothing', `{ name: ci, sha256: '${sha256('')}' }`, 'of no token at all'],
    ['no name', `{ sha256: '${sha256('a')}' }`, 'tokens[0].name: Write a name'],
    [
      'a name of Kubernetes',
      `{ name: 'system:serviceaccount:a:b', sha256: '${sha256('a')}' }`,
      'system:',
    ],
    [
      'a group of Kubernetes',
      `{ name: ci, groups: ['system:masters'], sha256: '${sha256('a')}' }`,
      'groups[0]',
    ],
    ['an option that is none', `{ name: ci, admin: true, sha256: '${sha256('a')}' }`, '"admin"'],
    [
      'one token for two names',
      `{ name: ci, sha256: '${sha256('a')}' }, { name: ops, sha256: '${sha256('a')}' }`,
      'tokens[1].sha256: tokens[0] has the same token',
    ],
    ['no tokens', '', 'tokens: Add a token'],
  ])('refuses %s', (_, tokens, words) => {
    const read = () => StaticTokens.read(`tokens: [${tokens}]`, 'tokens.yaml')
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(read).toThrow(words)
  })
})
