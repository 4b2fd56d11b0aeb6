import { expect, it } from 'vitest'
import { rolloutServer } from '../../functions/rollout-server.ts'

const serve = rolloutServer({
  own: undefined,
  connect: () => {
    throw new Error('There is nothing to connect to')
  },
})

it('serves nothing that nobody has configured', async () => {
  expect(await serve({ env: {} })).toBeUndefined()
})

it('says which settings are about rollouts, if none are served', async () => {
  const secrets = [{ variable: 'SECRET' }]
  const env = {
    LOCKSTEP_WEBHOOKS: JSON.stringify({ senders: [{ kind: 'github', secrets }] }),
    SECRET: 'a-secret-of-github-that-is-long',
  }
  await expect(serve({ env })).rejects.toThrow('LOCKSTEP_WEBHOOKS: is about rollouts')
})
