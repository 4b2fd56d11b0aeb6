import { describe, expect, it } from 'vitest'
import type { ImageSource } from '../../images/find-image.ts'
import type { FollowedImage } from '../../images/followed-file.ts'
import { imageName } from '../../images/image-name.ts'
import { lookAtImages } from '../../images/look-at-images.ts'
import { OciRegistry } from '../../images/oci-registry.ts'
import type { TagRule } from '../../images/tag-rule.ts'
import { commitFile } from '../gitops/git-client.ts'
import { MemoryGitRemote } from '../gitops/memory-git-remote.ts'
import { withLateAnswer } from './late-answers.ts'
import { INDEX, RegistryStandIn } from './registry-stand-in.ts'

const FILE = 'images.json'
const OLD = `sha256:${'0'.repeat(64)}`

const followed = (repository: string, rule: TagRule): FollowedImage => ({
  image: imageName(repository)!,
  rule,
  at: ['web'],
})

async function world(reference: string) {
  const remote = new MemoryGitRemote()
  await commitFile(remote, 'main', FILE, JSON.stringify({ web: reference }))
  const registry = await RegistryStandIn.start()
  const client = new OciRegistry({ host: 'r.example.com', address: registry.address })
  const look = async (image: FollowedImage, source: ImageSource = client) => {
    const [seen] = await lookAtImages({
      file: { environment: 'prod', branch: 'main', path: FILE, images: [image] },
      images: [image],
      registryOf: () => source,
      hintOf: () => undefined,
      remote,
      signal: new AbortController().signal,
    })
    return seen?.result
  }
  const read = async () => {
    const tip = (await remote.tip('main')) as string
    const { id = '' } = (await remote.files(tip, '')).get(FILE) ?? {}
    return JSON.parse((await remote.contents([id])).get(id) ?? '{}').web as string
  }
  return { registry, client, look, read }
}

const MAIN = followed('r.example.com/shop/web', { tag: 'main' })
const RELEASES = followed('r.example.com/shop/web', { versions: '*' })

describe('A look at an image', () => {
  it('writes nothing that the registry has something else for', async () => {
    const { registry, look, read } = await world(`r.example.com/shop/web:main@${OLD}`)
    const digest = registry.push('shop/web', 'main')
    registry.intercept = ({ method }, response) => {
      if (method === 'HEAD') return false
      response.writeHead(200, { 'content-type': INDEX, 'docker-content-digest': digest }).end('{}')
      return true
    }
    expect(await look(MAIN)).toMatchObject({
      outcome: 'failed',
      error: { failure: 'wrong', message: expect.stringContaining('has content of sha256:') },
    })
    expect(await read()).toContain(OLD)
  })

  it('writes nothing where another image is', async () => {
    const { registry, look, read } = await world(`r.example.com/shop/cart:main@${OLD}`)
    registry.push('shop/web', 'main')
    expect(await look(MAIN)).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining('r.example.com/shop/web is followed') },
    })
    expect(await read()).toContain('shop/cart')
  })

  it('leaves a release that is newer than those that the registry has', async () => {
    const { registry, look, read } = await world(`r.example.com/shop/web:1.10.0@${OLD}`)
    registry.push('shop/web', '1.9.0')
    expect(await look(RELEASES)).toEqual({ outcome: 'current' })
    expect(await read()).toContain('1.10.0')
  })

  it('takes up a release that was pushed again', async () => {
    const { registry, look, read } = await world(`r.example.com/shop/web:v1.9.0@${OLD}`)
    const digest = registry.push('shop/web', 'v1.9.0', 'again')
    expect(await look(RELEASES)).toMatchObject({ outcome: 'committed' })
    expect(await read()).toBe(`r.example.com/shop/web:v1.9.0@${digest}`)
  })

  it('says that there is no release to follow', async () => {
    const { registry, look } = await world(`r.example.com/shop/web:main@${OLD}`)
    registry.push('shop/web', 'main')
    expect(await look(RELEASES)).toMatchObject({
      outcome: 'failed',
      error: { failure: 'absent', message: 'There is no release * of r.example.com/shop/web' },
    })
  })

  it.each(['nginx', 'library/nginx', 'docker.io/nginx', 'index.docker.io/library/nginx'])(
    'knows %s of Docker Hub, and leaves its name as people have written it',
    async (written) => {
      const { registry, look, read } = await world(`${written}@${OLD}`)
      const digest = registry.push('library/nginx', '1.29.0')
      const image = followed('docker.io/library/nginx', { versions: '1.x' })
      expect(await look(image)).toMatchObject({ outcome: 'committed' })
      expect(await read()).toBe(`${written}:1.29.0@${digest}`)
      expect(await look(image)).toEqual({ outcome: 'current' })
    },
  )

  it('takes an image without a tag for what its digest says', async () => {
    const { registry, look, read } = await world('r.example.com/shop/web:main')
    const digest = registry.push('shop/web', 'main')
    expect(await look(MAIN)).toMatchObject({ outcome: 'committed' })
    expect(await read()).toBe(`r.example.com/shop/web:main@${digest}`)
    const other = await world(`r.example.com/shop/web@${digest}`)
    other.registry.push('shop/web', 'main')
    expect(await other.look(MAIN)).toEqual({ outcome: 'current' })
  })

  it('goes back with a tag that was moved back', async () => {
    const { registry, look, read } = await world(`r.example.com/shop/web:main@${OLD}`)
    const first = registry.push('shop/web', 'main', 'first')
    await look(MAIN)
    registry.push('shop/web', 'main', 'second')
    await look(MAIN)
    registry.push('shop/web', 'main', 'first')
    expect(await look(MAIN)).toMatchObject({ outcome: 'committed' })
    expect(await read()).toContain(first)
  })

  it.each([1, 2])(
    'never puts an old digest on top of a newer one, however late answer %d comes',
    async (which) => {
      const { registry, client, look, read } = await world(`r.example.com/shop/web:main@${OLD}`)
      const late = withLateAnswer(client, which)
      registry.push('shop/web', 'main', 'first')
      const slow = look(MAIN, late.source)
      await late.answered
      const second = registry.push('shop/web', 'main', 'second')
      expect(await look(MAIN)).toMatchObject({ outcome: 'committed' })
      late.arrive()
      expect(await slow).toEqual({ outcome: 'current' })
      expect(await read()).toContain(second)
    },
  )
})
