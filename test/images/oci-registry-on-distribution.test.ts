import { expect, it } from 'vitest'
import { OciRegistry } from '../../images/oci-registry.ts'
import { allTags } from './all-tags.ts'
import { describeWithRegistry } from './describe-with-registry.ts'
import { Registry, type RegistryProps } from './registry.ts'
import { TokenServer } from './token-server.ts'

const { signal } = new AbortController()

async function served(props: RegistryProps = {}, password?: string) {
  const registry = await Registry.start(props)
  const client = new OciRegistry({
    host: 'r.example.com',
    address: registry.address,
    ...(password !== undefined && { credentials: async () => ({ username: 'bot', password }) }),
  })
  return { registry, client }
}

describeWithRegistry('A registry of the project distribution', () => {
  it('is asked for images of one platform and of several', async () => {
    const { registry, client } = await served()
    const one = await registry.push('shop/web', 'one')
    const several = await registry.pushIndex('shop/web', 'several', ['x', 'y'])
    expect(await client.digest('shop/web', 'one', signal)).toBe(one)
    expect(await client.digest('shop/web', 'several', signal)).toBe(several)
    for (const digest of [one, several]) await client.verify('shop/web', digest, signal)
    expect((await allTags(client, 'shop/web', signal)).toSorted()).toEqual(['one', 'several'])
  })

  it('says what it has not', async () => {
    const { registry, client } = await served()
    await registry.push('shop/web', 'main')
    const missing = `sha256:${'0'.repeat(64)}`
    for (const ask of [
      () => client.digest('shop/web', 'other', signal),
      () => client.digest('shop/cart', 'main', signal),
      () => client.verify('shop/web', missing, signal),
      () => allTags(client, 'shop/cart', signal),
    ]) {
      await expect(ask()).rejects.toMatchObject({ failure: 'absent' })
    }
  })

  it('lets in by tokens, each for one image and to pull it', async () => {
    const tokens = await TokenServer.start('bot:a password')
    const token = await tokens.issue('shop/web', ['pull', 'push'])
    const pushedWith = { authorization: `Bearer ${token}` }
    const { registry, client } = await served({ auth: tokens.auth, pushedWith }, 'a password')
    const digest = await registry.push('shop/web', 'main')
    expect(await client.digest('shop/web', 'main', signal)).toBe(digest)
    await client.verify('shop/web', digest, signal)
    expect(await allTags(client, 'shop/web', signal)).toEqual(['main'])
    expect(tokens.scopes).toEqual(['repository:shop/web:pull'])
    await expect(client.digest('shop/cart', 'main', signal)).rejects.toMatchObject({
      failure: 'absent',
    })
    expect(tokens.scopes.slice(1)).toEqual(['repository:shop/cart:pull'])
  })

  it('does not let in by a wrong password', async () => {
    const tokens = await TokenServer.start('bot:a password')
    const { client } = await served({ auth: tokens.auth }, 'another')
    await expect(client.digest('shop/web', 'main', signal)).rejects.toMatchObject({
      failure: 'refused',
    })
  })
})
