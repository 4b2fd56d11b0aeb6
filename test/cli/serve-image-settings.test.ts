import { expect, it } from 'vitest'
import type { BundleProcess } from '../functions/bundles/bundle-process.ts'
import { startServing } from './following-images.ts'

const WEB = { image: 'ghcr.io/acme/web', tag: 'main', at: ['prod', 'web'] }

const IMAGES = {
  environment: 'prod',
  repository: { kind: 'git', remote: 'source.git' },
  branch: 'main',
  file: 'apps/images.json',
  by: 'commit',
  follow: [WEB],
}

/** What it says of them before it ends. */
async function refusal(
  settings: object,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const server: BundleProcess = startServing({ settings, env })
  expect(await server.ended).toBe(2)
  expect(server.output).not.toContain('"address"')
  return server.output
}

it.each([
  [
    { images: [{ ...IMAGES, by: 'pull-request' }] },
    'images[0].by: There are no pull requests by git. Write commit',
  ],
  [{ images: [{ ...IMAGES, file: '../images.json' }] }, 'images[0].file: Write the path of a JSON'],
  [{ images: [{ ...IMAGES, file: '/images.json' }] }, 'images[0].file: Write the path of a JSON'],
  [
    { images: [{ ...IMAGES, follow: [{ ...WEB, versions: '1.x' }] }] },
    'images[0].follow[0]: Write tag or versions, and not both',
  ],
  [
    { images: [{ ...IMAGES, follow: [{ ...WEB, image: 'ghcr.io/acme/web:main' }] }] },
    'images[0].follow[0].image: Write an image without tag',
  ],
  [
    { images: [{ ...IMAGES, follow: [{ image: WEB.image, at: WEB.at, versions: '^1.4' }] }] },
    "images[0].follow[0].versions: Write '*', 1.x or 1.4.x",
  ],
  [
    { images: [{ ...IMAGES, follow: [{ ...WEB, at: ['a/b'] }] }] },
    'images[0].follow[0].at[0]: Write keys of letters',
  ],
  [
    { images: [IMAGES, { ...IMAGES, follow: [WEB] }] },
    'images[1].follow[0].at: ghcr.io/acme/web is followed there already',
  ],
  [
    { images: [IMAGES], registries: [{ host: 'quay.io' }] },
    'registries[0].host: No image of `images` begins with it. Those begin with ghcr.io',
  ],
  [
    { images: [IMAGES], registries: [{ host: 'ghcr.io' }, { host: 'ghcr.io' }] },
    'registries[1].host: registries[0] is that already',
  ],
  [
    { images: [IMAGES], registries: [{ host: 'ghcr.io', address: 'http://10.0.0.1' }] },
    'registries[0].address: Write an address that begins with https://',
  ],
  [
    { images: [IMAGES], registries: [{ host: 'ghcr.io', username: 'x' }] },
    'registries[0]: Write both username and password',
  ],
])('lockstep serve refuses %j', async (settings, mistake) => {
  expect(await refusal(settings)).toContain(`rollouts.yaml ${mistake}`)
})

it('lockstep serve says all that it cannot open of images at once', async () => {
  const repository = { kind: 'github', repository: 'acme/shop', token: { variable: 'NOT_SET' } }
  const registry = { host: 'ghcr.io', username: 'bot', password: { file: 'missing' } }
  const output = await refusal({ images: [{ ...IMAGES, repository }], registries: [registry] })
  expect(output).toContain('rollouts.yaml images[0].repository.token: NOT_SET has nothing in it')
  expect(output).toContain('rollouts.yaml registries[0].password: ENOENT')
})

it.each([
  ['harbor.example.com', 'prod', 'no image of harbor.example.com is followed in prod'],
  ['ghcr.io', 'staging', 'no image of ghcr.io is followed in staging. Correct host or environment'],
])(
  'lockstep serve lets no registry send that nothing would follow from: %s in %s',
  async (host, environment, mistake) => {
    const sender = { kind: 'registry/harbor', host, environment, secrets: [{ variable: 'S' }] }
    const output = await refusal(
      { images: [IMAGES] },
      {
        LOCKSTEP_WEBHOOKS: JSON.stringify({ senders: [sender] }),
        S: 'a-secret-of-harbor-that-is-long',
      },
    )
    expect(output).toContain(`senders[0]: ${mistake}`)
  },
)
