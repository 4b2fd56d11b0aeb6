import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppTrailers } from '../../gitops/app-trailers.ts'
import { commitMessage } from '../../gitops/commit-message.ts'
import { readTrailers } from '../../gitops/read-trailers.ts'
import { allNastyStrings } from '../manifests/nasty-strings.ts'
import { GIT_ENV } from './git.ts'

/** What Git itself takes for trailers. */
const parsedByGit = (message: string): readonly string[] =>
  execFileSync('git', ['interpret-trailers', '--parse'], {
    env: GIT_ENV,
    input: message,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line !== '')

const checkout: AppTrailers = {
  app: 'shop/checkout',
  action: 'shift',
  rollout: 'bcdfghjklm-3',
  commit: 4,
  step: '2/4',
  stage: 'live',
  weight: 25,
  from: '0123456789012345678901234567890123456789',
  revision: 'bcdfghjklm',
  base: 'nprstvwxz2',
  evidence: ['3 pods of the canary are ready', 'success rate 99.9 % of 1,204 requests'],
  actor: 'alice@example.com',
}

const web: AppTrailers = { app: 'shop/web', action: 'queue', queued: 'q2', heldBack: 'q1' }

it('says for each app what happened to it, for Git to read', () => {
  const message = commitMessage('rollout prod: shop/checkout, shop/web', {
    action: 'rollout',
    environment: 'prod',
    apps: [checkout, web],
  })
  expect(message).toMatchInlineSnapshot(`
    "rollout prod: shop/checkout, shop/web

    Lockstep-Action: rollout
    Lockstep-Environment: prod
    Lockstep-App: shop/checkout
    Lockstep-Step-Action: shift
    Lockstep-Rollout: bcdfghjklm-3
    Lockstep-Rollout-Commit: 4
    Lockstep-Step: 2/4
    Lockstep-Stage: live
    Lockstep-Weight: 25
    Lockstep-From: 0123456789012345678901234567890123456789
    Lockstep-Revision: bcdfghjklm
    Lockstep-Base: nprstvwxz2
    Lockstep-Evidence: 3 pods of the canary are ready
    Lockstep-Evidence: success rate 99.9 % of 1,204 requests
    Lockstep-Actor: alice@example.com
    Lockstep-App: shop/web
    Lockstep-Step-Action: queue
    Lockstep-Queued: q2
    Lockstep-Held-Back: q1
    "
  `)
  expect(parsedByGit(message)).toEqual(message.trimEnd().split('\n').slice(2))
  expect(readTrailers(message)).toEqual({
    action: 'rollout',
    environment: 'prod',
    apps: [checkout, web],
  })
})

it('reads what other tools have added, and no commit of others', () => {
  const message = commitMessage('publish prod', { action: 'publish', source: 'abc', apps: [web] })
  const signed = `${message.trimEnd()}\nSigned-off-by: Alice <alice@example.com>\n`
  expect(readTrailers(signed)).toEqual(readTrailers(message))
  expect(readTrailers(message.replaceAll('\n', '\r\n'))).toEqual(readTrailers(message))
  const revert = `Revert "rollout prod: shop/web"\n\nThis reverts commit 0123456.\n`
  expect(readTrailers(revert)).toEqual({ apps: [] })
  expect(readTrailers('Lockstep-Action: rollout\n')).toEqual({ apps: [] })
  expect(readTrailers(`${message}\nAnd one more thing.\n`)).toEqual({ apps: [] })
  expect(readTrailers('')).toEqual({ apps: [] })
})

it('does not believe values that are never written', () => {
  const message =
    'x\n\nLockstep-Revision: of no app\nLockstep-App: shop/web\nLockstep-Step-Action: explode\n' +
    'Lockstep-Rollout-Commit: -1\nLockstep-Stage: limbo\nLockstep-Weight: 1e3\n'
  expect(readTrailers(message)).toEqual({ apps: [{ app: 'shop/web' }] })
})

describe('words of people', () => {
  const FORGED = [
    'fine\nLockstep-App: shop/ledger\nLockstep-Step-Action: finish',
    'fine\r\nLockstep-App: shop/ledger',
    'fine\n\nLockstep-App: shop/ledger\n',
    'fine\u2028Lockstep-App: shop/ledger',
    'fine\n---\nLockstep-App: shop/ledger',
    'fine\u0000\nLockstep-App: shop/ledger',
    '\n\n  Lockstep-App: shop/ledger',
    '---\n',
    '',
  ]

  it.each(FORGED)('make no trailers of their own: %j', (words) => {
    const message = commitMessage(`${words || 'subject'}\n\n${words}`, {
      action: 'rollout',
      apps: [{ ...checkout, evidence: [words, 'the end'], actor: words || 'alice' }],
      more: [['Object', words]],
    })
    const { action, apps } = readTrailers(message)
    expect(action).toBe('rollout')
    expect(apps.map(({ app }) => app)).toEqual(['shop/checkout'])
    expect(apps[0]).toMatchObject({ action: 'shift', stage: 'live', revision: 'bcdfghjklm' })
    expect(apps[0]?.evidence?.at(-1)).toBe('the end')
    const git = parsedByGit(message)
    expect(git.filter((line) => line.startsWith('Lockstep-App:'))).toEqual([
      'Lockstep-App: shop/checkout',
    ])
    expect(git).toContain('Lockstep-Evidence: the end')
  })

  it('whatever they are, leave what is said as it is', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...allNastyStrings, ...FORGED),
    )
    fc.assert(
      fc.property(words, words, fc.array(words, { maxLength: 3 }), (subject, actor, evidence) => {
        const message = commitMessage(subject, {
          action: 'rollout',
          apps: [{ ...checkout, evidence, actor }, web],
        })
        const { apps } = readTrailers(message)
        expect(apps).toHaveLength(2)
        expect(apps[1]).toEqual(web)
        expect(apps[0]).toMatchObject({ app: 'shop/checkout', action: 'shift', commit: 4 })
        expect(apps[0]?.evidence ?? []).toHaveLength(evidence.length)
      }),
    )
  })
})
