import { Duration } from 'cdk8s'
import { Secret } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import {
  app,
  ControlPlane,
  type FollowedImages,
  githubRepository,
  gitlabRepository,
  httpRepository,
  Lock,
  type Namespace,
  type ServedRollouts,
  serviceAccounts,
} from '../../constructs/index.ts'
import { openImageFollowers } from '../../functions/configuration/image-followers.ts'
import { readRolloutSenders } from '../../functions/configuration/rollout-senders.ts'
import { readRolloutSettings } from '../../functions/configuration/rollout-settings.ts'
import { goldenYaml } from './golden-yaml.ts'
import { secretsOf, surroundings } from './pod-surroundings.ts'
import { complaints, synth } from './singleton-fixtures.ts'

const EXTERNAL = { external: ['Secret test/*'] }
const AUTHOR = { name: 'Lockstep', email: 'lockstep@example.com' }
const WEB = { image: 'ghcr.io/acme/web', tag: 'main', at: ['test', 'web'] } as const
const CART = { image: 'ghcr.io/acme/cart', versions: '1.x', at: ['test', 'cart'] } as const

/** The same one may be named several times. */
const secret = (test: Namespace, name: string) =>
  Secret.fromSecretName(test, `Secret-${name}-${test.node.children.length}`, name)

type Options = Partial<ServedRollouts>

const define = (test: Namespace, options: (test: Namespace) => Options) =>
  new ControlPlane(test, 'lockstep', {
    locks: [new Lock(test, 'ledger')],
    authentication: [serviceAccounts({ audience: 'lockstep' })],
    handleKeys: secret(test, 'lockstep-keys'),
    rollouts: {
      apps: [],
      repository: githubRepository({ repository: 'acme/deploy' }),
      branch: 'deploy',
      gitCredentials: secret(test, 'deploy-key'),
      ...options(test),
    },
  })

const images = (test: Namespace, changes: Partial<FollowedImages> = {}): FollowedImages => ({
  repository: githubRepository({ repository: 'acme/shop' }),
  branch: 'main',
  file: 'apps/images.json',
  by: 'commit',
  gitCredentials: secret(test, 'source-key'),
  follow: [WEB, CART],
  ...changes,
})

const following = (test: Namespace): Options => ({
  images: [images(test)],
  registries: [
    {
      host: 'ghcr.io',
      credentials: { username: 'acme-bot', password: secret(test, 'registry-password') },
    },
  ],
  webhooks: [{ kind: 'github', secret: secret(test, 'github-webhook') }],
})

const plane = (options: (test: Namespace) => Options) =>
  synth((test) => define(test, options), EXTERNAL)
const refused = (options: (test: Namespace) => Options) =>
  complaints((test) => define(test, options), EXTERNAL)

const egressOf = ({ find }: ReturnType<typeof plane>) =>
  (find('NetworkPolicy', 'lockstep').spec as { readonly egress: readonly object[] }).egress

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ port, protocol: 'TCP' }))

describe('A control plane that follows images', () => {
  it('is written as it was, and nothing can be said against it', async () => {
    const synthesis = plane(following)
    expect(synthesis.findings).toEqual([])
    await expect(goldenYaml(synthesis)).toMatchFileSnapshot(
      './__snapshots__/g28-control-plane-images.yaml',
    )
  })

  it('has no right in the cluster for that', () => {
    const rightsOf = (options: (test: Namespace) => Options) =>
      plane(options).objects.filter(({ apiVersion }) =>
        apiVersion.startsWith('rbac.authorization.k8s.io/'),
      )
    expect(rightsOf(following)).toEqual(rightsOf(() => ({})))
  })

  it('has the key of each source and the password of each registry, each in a folder of its own', () => {
    const other = githubRepository({ repository: 'acme/tools' })
    const synthesis = plane((test) => ({
      ...following(test),
      images: [
        images(test),
        images(test, { repository: other, gitCredentials: secret(test, 'tools-key') }),
      ],
    }))
    expect(secretsOf(synthesis)).toEqual({
      '/etc/lockstep/handle-keys': 'lockstep-keys',
      '/etc/lockstep/git': 'deploy-key',
      '/etc/lockstep/source/0': 'source-key',
      '/etc/lockstep/source/1': 'tools-key',
      '/etc/lockstep/registries/0': 'registry-password',
      '/etc/lockstep/webhooks/github': 'github-webhook',
    })
  })

  it('may open connections to the ports of its sources and registries, and to those that run in the cluster', () => {
    const elsewhere = plane((test) => ({
      images: [
        images(test, {
          repository: httpRepository({
            url: 'https://git.example.com:8443/shop.git',
            username: 'x',
            author: AUTHOR,
          }),
          follow: [WEB, { ...CART, image: 'registry.example.com:5000/shop/cart' }],
        }),
      ],
    }))
    expect(egressOf(elsewhere)).toContainEqual({ ports: tcp(443, 5000, 8443) })
    const inside = plane((test) => ({
      images: [images(test, { follow: [{ ...WEB, image: 'registry.images.svc:5000/web' }] })],
      registries: [
        {
          host: 'registry.images.svc:5000',
          address: 'http://registry.images.svc:5000',
          peer: app('registry', { namespace: 'images', ports: [5000] }),
        },
      ],
    }))
    expect(egressOf(inside)).toContainEqual({ ports: tcp(443) })
    expect(JSON.stringify(egressOf(inside))).toContain('"kubernetes.io/metadata.name":"images"')
  })

  it('may open no connection more without them', () => {
    const ports = egressOf(plane(() => ({}))).filter((rule) => !('to' in rule))
    expect(ports).toEqual([expect.anything(), { ports: tcp(443) }])
  })

  it.each<[string, Partial<FollowedImages>, string, number]>([
    ['a token of GitHub', {}, 'https://github.com/acme/shop', 600],
    [
      'a project of GitLab, which people merge into',
      {
        repository: gitlabRepository({ project: 'platform/shop', author: AUTHOR }),
        by: 'pull-request',
      },
      'https://gitlab.com/platform/shop',
      600,
    ],
    [
      'another host',
      {
        repository: httpRepository({
          url: 'https://git.example.com/shop.git',
          username: 'x',
          author: AUTHOR,
        }),
        every: Duration.seconds(90),
      },
      'https://git.example.com/shop.git',
      90,
    ],
  ])('tells its server what that understands: %s', async (_, changes, address, everySeconds) => {
    const synthesis = plane((test) => ({ ...following(test), images: [images(test, changes)] }))
    const source = surroundings(synthesis)
    const settings = (await readRolloutSettings(source))!
    expect(settings.images).toMatchObject([
      {
        environment: 'test',
        branch: 'main',
        file: 'apps/images.json',
        everySeconds,
        follow: [
          { image: { host: 'ghcr.io', name: 'acme/web' }, tag: 'main', at: ['test', 'web'] },
          { image: { host: 'ghcr.io', name: 'acme/cart' }, versions: '1.x', at: ['test', 'cart'] },
        ],
      },
    ])
    const followers = await openImageFollowers(source, settings, undefined)
    expect(followers).toMatchObject([{ follower: { repository: address } }])
  })

  it('tells its server of every registry that may send, and of two of a kind apart', async () => {
    const synthesis = plane((test) => ({
      images: [
        images(test, {
          follow: [
            'harbor.example.com/web',
            'harbor.example.org/web',
            'quay.io/acme/web',
            'web',
          ].map((image, index) => ({ image, tag: 'main', at: [`image-${index}`] })),
        }),
      ],
      webhooks: [
        { kind: 'registry/harbor', host: 'harbor.example.com', secret: secret(test, 'one') },
        { kind: 'registry/harbor', host: 'harbor.example.org', secret: secret(test, 'two') },
        { kind: 'registry/quay', secret: secret(test, 'quay') },
        { kind: 'registry/docker-hub', secret: secret(test, 'hub') },
      ],
    }))
    const source = surroundings(synthesis)
    const { images: read } = (await readRolloutSettings(source))!
    const readFile = async (path: string) =>
      path.endsWith('/secret') ? path.replaceAll(/\W/g, '-').padEnd(40, 'x') : source.readFile(path)
    expect(await readRolloutSenders({ ...source, readFile }, read)).toMatchObject([
      { kind: 'registry/harbor', host: 'harbor.example.com', environment: 'test' },
      { kind: 'registry/harbor', host: 'harbor.example.org' },
      { kind: 'registry/quay', host: 'quay.io' },
      { kind: 'registry/docker-hub' },
    ])
    expect(secretsOf(synthesis)).toMatchObject({
      '/etc/lockstep/webhooks/registry/harbor': 'one',
      '/etc/lockstep/webhooks/registry/harbor-2': 'two',
    })
  })

  const http = httpRepository({ url: 'https://git.example.com/x', username: 'x', author: AUTHOR })
  const follow = (...changes: readonly object[]) => ({
    follow: changes.map((change) => ({ ...WEB, ...change })),
  })

  it.each<[Partial<FollowedImages>, string]>([
    [{ follow: [] }, "'rollouts.images[0].follow' must be a list of 1 to 100 images"],
    [{ file: '../images.json' }, "'rollouts.images[0].file' must be the path of a JSON file"],
    [{ file: 'apps/images.yaml' }, "'rollouts.images[0].file' must be the path of a JSON file"],
    [{ by: 'pull-request', repository: http }, "'rollouts.images[0].by' is 'pull-request', and"],
    [
      { every: Duration.millis(500) },
      "'rollouts.images[0].every' must be a Duration of cdk8s from",
    ],
    [{ every: Duration.days(2) }, "'rollouts.images[0].every' must be a Duration of cdk8s from"],
    [
      follow({ image: 'ghcr.io/acme/web:main' }),
      "'rollouts.images[0].follow[0].image' must be the name of an image, without tag",
    ],
    [follow({ versions: '1.x' }), "'rollouts.images[0].follow[0]' has both tag and versions"],
    [
      { follow: [{ image: WEB.image, at: WEB.at }] },
      "'rollouts.images[0].follow[0]' has neither tag nor versions",
    ],
    [
      { follow: [{ image: WEB.image, at: WEB.at, versions: '^1.4' }] },
      "'rollouts.images[0].follow[0].versions' must be '*', or",
    ],
    [follow({ tag: 'a/b' }), "'rollouts.images[0].follow[0].tag' must be a tag"],
    [follow({ at: [] }), "'rollouts.images[0].follow[0].at' must be a list with a key in it"],
    [follow({ at: ['a/b'] }), "'rollouts.images[0].follow[0].at[0]' must be a key of letters"],
    [
      follow({}, { image: 'ghcr.io/acme/other' }),
      "'rollouts.images[0].follow[1].at' is where ghcr.io/acme/web is followed already",
    ],
    [
      { by: 'pull-request', ...follow({}, { at: ['web'] }) },
      "'rollouts.images[0].follow[1].at' is where ghcr.io/acme/web is followed already",
    ],
  ])('refuses to follow %j', (changes, message) => {
    expect(refused((test) => ({ images: [images(test, changes)] }))).toContain(message)
  })

  const harbor = (test: Namespace, host?: string): Options => ({
    webhooks: [
      {
        kind: 'registry/harbor',
        secret: secret(test, 'harbor'),
        ...(host !== undefined && { host }),
      },
    ],
  })

  it.each<[string, (test: Namespace) => Options, string]>([
    [
      'a registry of no image',
      (test) => ({ images: [images(test)], registries: [{ host: 'quay.io' }] }),
      '\'rollouts.registries[0].host\' is of a registry of which no image is followed, got "quay.io"\n      → Write one of ghcr.io, or leave it out',
    ],
    [
      'a registry twice',
      (test) => ({
        images: [images(test)],
        registries: [{ host: 'ghcr.io' }, { host: 'ghcr.io' }],
      }),
      '\'rollouts.registries[1].host\' is in the list twice, got "ghcr.io"',
    ],
    [
      'a registry that others could pass for',
      (test) => ({
        images: [images(test)],
        registries: [{ host: 'ghcr.io', address: 'http://mirror.example.com' }],
      }),
      "'rollouts.registries[0].address' must be an address that begins with https://, or http:// for Services",
    ],
    [
      'a source that is reached in the clear',
      (test) => {
        const url = 'http://git.example.com/shop.git'
        const repository = httpRepository({ url, username: 'x', author: AUTHOR })
        return { images: [images(test, { repository })] }
      },
      "'rollouts.images[0].repository.http.url' must be an address that begins with https://, or http:// for Services",
    ],
    [
      'a source whose address has a password',
      (test) => {
        const instance = 'https://x:y@git.example.com'
        const repository = gitlabRepository({ project: 'a/b', instance, author: AUTHOR })
        return { images: [images(test, { repository })] }
      },
      "'rollouts.images[0].repository.gitlab.instance' must be an address that begins with https://",
    ],
    [
      'a registry by a host that is none',
      () => ({ registries: [{ host: 'https://ghcr.io' }] }),
      "'rollouts.registries[0].host' must be what its images begin with",
    ],
    [
      'a sender without images',
      (test) => harbor(test, 'ghcr.io'),
      '\'rollouts.webhooks[0]\' is of a registry of which no image is followed, got "ghcr.io"\n      → Add `images`, or leave it out',
    ],
    [
      'a sender of images of others',
      (test) => ({ images: [images(test)], ...harbor(test, 'harbor.example.com') }),
      '\'rollouts.webhooks[0]\' is of a registry of which no image is followed, got "harbor.example.com"',
    ],
    [
      'a sender that does not say of which images',
      (test) => ({ images: [images(test)], ...harbor(test) }),
      "'rollouts.webhooks[0].host' must be given for registry/harbor\n      → Write what images of this registry begin with: `host: 'ghcr.io'`",
    ],
    [
      'a host of a sender that has none',
      (test) => ({
        webhooks: [{ kind: 'flux', host: 'ghcr.io', secret: secret(test, 'flux') }],
      }),
      '\'rollouts.webhooks[0].host\' is not for flux, got "ghcr.io"\n      → Leave it out',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(refused(options)).toContain(message)
  })
})
