import { expect, it, onTestFinished } from 'vitest'
import { readTrailers, trailerLines } from '../../gitops/read-trailers.ts'
import { filesOf, git } from '../gitops/git.ts'
import { gitHttpServer } from '../gitops/git-http-server.ts'
import { GitHubPulls } from '../gitops/github-pulls.ts'
import { githubServer } from '../gitops/github-server.ts'
import { GitLabApi } from '../gitops/gitlab-api.ts'
import { AUTHOR } from '../gitops/smart-http-client.ts'
import { describeWithRegistry } from '../images/describe-with-registry.ts'
import {
  anotherOf,
  CART,
  FILE,
  Following,
  file,
  GIT_TOKEN,
  HOST,
  OLD,
  PROJECT,
  WEB,
} from './following-images.ts'

describeWithRegistry('lockstep serve that follows images', () => {
  it('commits the digest of what was pushed, and says who told it', async () => {
    const following = await Following.start()
    // So that the look at the start finds something, and is over when it has.
    const first = await following.registry.push('shop/web', 'main', 'first')
    const server = await following.serve([WEB])
    await following.until('the first is committed', (text) => text.includes(first))
    await server.untilSaid(/registry\.example\.com\/shop\/web in prod: (committed)/)
    const second = await following.registry.pushIndex('shop/web', 'main', ['x', 'y'])
    await following.until('the second is committed', (text) => text.includes(second))
    expect(following.text).toBe(
      file(`${HOST}/shop/web:main@${second}`, `${HOST}/shop/cart:1.0.0@${OLD}`),
    )
    const message = following.message()
    expect(message).toMatch(new RegExp(`^image prod: web main, ${second.slice(0, 19)}\n`))
    expect(readTrailers(message)).toMatchObject({ action: 'image', environment: 'prod' })
    expect(Object.fromEntries(trailerLines(message))).toMatchObject({
      Entry: 'prod/web',
      Image: `${HOST}/shop/web`,
      Tag: 'main',
      From: first,
      To: second,
      Actor: 'registry/distribution',
      Delivery: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(following.commits).toBe(2)
  })

  it('finds what was pushed while it was not there, and what nobody tells of', async () => {
    const following = await Following.start()
    const digest = await following.registry.push('shop/web', 'main')
    following.isTold = false
    await following.serve([WEB], { everySeconds: 1 })
    await following.until('it is found', (text) => text.includes(digest))
    expect(Object.fromEntries(trailerLines(following.message()))).toMatchObject({ Actor: 'look' })
    const second = await following.registry.push('shop/web', 'main', 'second')
    await following.until('the next is found', (text) => text.includes(second))
  })

  it('follows releases, never back, and no tag that is none', async () => {
    const following = await Following.start()
    const { registry } = following
    const server = await following.serve([CART])
    const first = await registry.push('shop/cart', '1.9.0')
    await following.until('1.9.0 is committed', (text) => text.includes(`:1.9.0@${first}`))
    for (const tag of ['1.8.9', '2.0.0', '1.11.0-rc.1', 'latest'])
      await registry.push('shop/cart', tag)
    const second = await registry.push('shop/cart', '1.10.0')
    await following.until('1.10.0 is committed', (text) => text.includes(`:1.10.0@${second}`))
    expect(following.commits).toBe(2)
    await server.untilSaid(/(An image was pushed that nobody follows here)/)
  })

  it('does nothing twice, whoever sends it again, and nothing for who is not let in', async () => {
    const following = await Following.start()
    const { registry, relay } = following
    const server = await following.serve([WEB])
    await registry.push('shop/web', 'main', 'first')
    await following.until('it is committed', (text) => !text.includes(`main@${OLD}`))
    const second = await registry.push('shop/web', 'main', 'second')
    await following.until('the next is committed', (text) => text.includes(second))
    const pushes = await following.pushesTold(2)
    await server.kill()
    // Another instance, which does not know what came.
    await following.serve([WEB])
    for (const push of pushes) expect((await relay.send(push)).status).toBe(202)
    const [push] = pushes
    const forged = { ...push!, headers: { authorization: 'Bearer of-somebody-else' } }
    expect((await relay.send(forged)).status).toBe(401)
    const elsewhere = anotherOf(push!, (body) => body.replaceAll('shop/web', 'shop/secret'))
    expect((await relay.send(elsewhere)).status).toBe(202)
    const lie = anotherOf(push!, (body) =>
      body.replaceAll(/sha256:[0-9a-f]{64}/g, `sha256:${'f'.repeat(64)}`),
    )
    expect((await relay.send(lie)).status).toBe(202)
    // Another image, told of last, is there when all before it was looked at.
    const last = await registry.push('shop/web', 'main', 'last')
    await following.until('the last is committed', (text) => text.includes(last))
    expect(following.commits).toBe(3)
  })

  it('takes up what was pushed once the registry answers again, and says why it could not', async () => {
    const following = await Following.start()
    const { registry, relay } = following
    const server = await following.serve([WEB])
    const digest = await registry.push('shop/web', 'main')
    await following.until('it is committed', (text) => text.includes(digest))
    const second = await registry.push('shop/web', 'main', 'second')
    await following.until('the second is committed', (text) => text.includes(second))
    const [push] = await following.pushesTold(2)
    await registry.stop()
    await relay.send(anotherOf(push!))
    await server.untilSaid(/(shop\/web in prod: registry\.example\.com cannot be reached)/)
    await registry.start()
    const third = await registry.push('shop/web', 'main', 'third')
    await following.until('the third is committed', (text) => text.includes(third))
    expect(following.commits).toBe(3)
  })

  it('leaves what a person has taken back, until there is something new', async () => {
    const following = await Following.start()
    const { registry, source } = following
    const server = await following.serve([WEB], { everySeconds: 1 })
    const bad = await registry.push('shop/web', 'main', 'bad')
    await following.until('it is committed', (text) => text.includes(bad))
    const before = git(source, 'show', `main~1:${FILE}`)
    await following.edit(before)
    await server.untilSaid(/(stays out: somebody has taken it back)/)
    expect(following.text).toBe(before)
    const good = await registry.push('shop/web', 'main', 'good')
    await following.until('the good one is committed', (text) => text.includes(good))
  })

  it('writes on top of what people push meanwhile, and touches nothing of theirs', async () => {
    const following = await Following.start()
    const { registry, source } = following
    await following.serve([WEB, CART])
    const pushing = (async () => {
      for (let index = 0; index < 8; index++) await following.edit(`${index}\n`, `apps/${index}.ts`)
    })()
    const web: string[] = []
    for (let index = 0; index < 4; index++)
      web.push(await registry.push('shop/web', 'main', `${index}`))
    const cart = await registry.push('shop/cart', '1.2.3')
    await pushing
    await following.until(
      'both are committed',
      (text) => text.includes(web[3]!) && text.includes(cart),
    )
    expect(filesOf(source, 'main')).toEqual({
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, index) => [`apps/${index}.ts`, `${index}\n`]),
      ),
      [FILE]: file(`${HOST}/shop/web:main@${web[3]}`, `${HOST}/shop/cart:1.2.3@${cart}`),
    })
    for (const line of git(source, 'log', '--format=%H %s', '--', FILE)
      .trim()
      .split('\n')
      .slice(0, -1)) {
      const [commit = ''] = line.split(' ')
      expect(git(source, 'show', '--numstat', '--format=', commit).trim()).toBe(`1\t1\t${FILE}`)
    }
  })

  it('says what is wrong with the file, and goes on with the other images', async () => {
    const following = await Following.start()
    const { registry } = following
    const digest = await registry.push('shop/web', 'main')
    await registry.push('shop/cart', '1.2.3')
    const server = await following.serve([{ ...CART, at: ['prod', 'basket'] }, WEB])
    await following.until('the other one is committed', (text) => text.includes(digest))
    await server.untilSaid(/(at prod\.basket, has nothing\. Write the image that runs now there)/)
  })
})

type Host = (following: Following) => Promise<object>

/** Settings of a repository that is there for the test. */
const github: Host = async ({ source }) => {
  const pulls = new GitHubPulls(source, PROJECT)
  const server = await githubServer({
    repository: source,
    name: PROJECT,
    isToken: (token) => token === GIT_TOKEN,
    intercept: (call) => pulls.answer(call),
  })
  onTestFinished(() => server.close())
  const token = { variable: 'GIT_TOKEN' }
  return { kind: 'github', repository: PROJECT, apiUrl: server.apiUrl, token }
}

const gitlab: Host = async ({ folder, source }) => {
  git(source, 'config', 'http.receivepack', 'true')
  git(source, 'config', 'uploadpack.allowFilter', 'true')
  const { intercept } = new GitLabApi(source, PROJECT, GIT_TOKEN)
  const credentials = `oauth2:${GIT_TOKEN}`
  const server = await gitHttpServer({ root: folder, credentials, intercept })
  onTestFinished(() => server.close())
  const token = { variable: 'GIT_TOKEN' }
  return { kind: 'gitlab', project: PROJECT, instance: server.url, token, author: AUTHOR }
}

describeWithRegistry('lockstep serve that asks people to merge images', () => {
  it.each([
    ['GitHub', github],
    ['GitLab', gitlab],
  ])('opens a request for each on %s, once, and leaves the branch to them', async (_, host) => {
    const following = await Following.start()
    const { registry, source } = following
    const before = following.text
    const more = { by: 'pull-request', repository: await host(following), everySeconds: 1 }
    const server = await following.serve([WEB], more)
    const asked = async (digest: string) => {
      await server.untilSaid(new RegExp(`(proposed ${HOST}/shop/web:main@${digest}: https:)`))
      await server.untilSaid(new RegExp(`(${digest} waits to be merged)`))
    }
    const first = await registry.push('shop/web', 'main', 'first')
    await asked(first)
    const second = await registry.push('shop/web', 'main', 'second')
    await asked(second)
    const branches = git(source, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/lockstep')
    const texts = branches
      .trim()
      .split('\n')
      .map((branch) => filesOf(source, branch)[FILE])
    expect(texts.toSorted()).toEqual(
      [first, second].map((digest) => before.replace(OLD, digest)).toSorted(),
    )
    expect(following.text).toBe(before)
  })
})
