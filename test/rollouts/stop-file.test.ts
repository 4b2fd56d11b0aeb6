import { expect, it } from 'vitest'
import { stopClosure, stopPaths } from '../../rollouts/stop-file.ts'

const place = { environment: 'prod', namespace: 'shop', app: 'checkout' }
const [everywhere = '', here = ''] = stopPaths(place)

it('is looked for in the environment, and with the app', () => {
  expect(stopPaths(place)).toEqual(['prod/STOP', 'prod/rollouts/shop/checkout/STOP'])
})

it('lies where the plan of the app does, whatever the app is called', () => {
  expect(stopPaths({ ...place, app: '.Shop' })[1]).toBe('prod/rollouts/shop/%2e%53hop/STOP')
})

it('closes nothing if it is not there', () => {
  expect(stopClosure([])).toBeUndefined()
})

it('says which file, why, and how to go on, and never ends by itself', () => {
  expect(stopClosure([{ path: everywhere, text: 'payments move to the new bank\n' }])).toEqual({
    reason: 'stopped by prod/STOP (payments move to the new bank) until somebody deletes it',
  })
})

it('names both if both are there', () => {
  const files = [
    { path: everywhere, text: 'audit' },
    { path: here, text: '' },
  ]
  expect(stopClosure(files)?.reason).toBe(
    'stopped by prod/STOP (audit) until somebody deletes it, and stopped by ' +
      'prod/rollouts/shop/checkout/STOP (no reason given) until somebody deletes it',
  )
})

it.each([
  ['several lines', ' one\r\n\n two\tthree ', 'one two three'],
  ['colours and other commands', '\u001b[31mred\u001b[0m\u0000\u202e', '[31mred [0m'],
  ['only what cannot be seen', '\u200b\n', 'no reason given'],
  ['a novel', 'a'.repeat(10_000), `${'a'.repeat(199)}…`],
  ['a novel of emojis', '🛑'.repeat(10_000), `${'🛑'.repeat(199)}…`],
])('shows %s on one line, without harm', (_, text, reason) => {
  expect(stopClosure([{ path: here, text }])?.reason).toBe(
    `stopped by ${here} (${reason}) until somebody deletes it`,
  )
})
