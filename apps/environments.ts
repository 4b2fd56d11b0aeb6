import type { EnvironmentProps } from 'lockstep'
import images from './images.json' with { type: 'json' }
import { careful, type Release, rehearsal } from './releases.ts'

/** What differs between the places where the shop runs. */
export interface ShopEnvironment extends EnvironmentProps<Image, Host> {
  readonly name: string
  readonly size: Size
  /** Of the checkout. */
  readonly release: Release
}

/** Images that the shop is made of. A job writes new digests to `images.json`, never to code. */
export type Image = keyof typeof images.staging & keyof typeof images.prod

/** Names under which the public reaches it. */
export type Host = 'storefront' | 'checkout'

/** How many pods each app has where that depends on how busy the place is. */
export interface Size {
  readonly storefront: { readonly min: number; readonly max: number }
  readonly checkout: { readonly min: number; readonly max: number }
  readonly catalog: number
}

const lockstepImage =
  'registry.example.com/lockstep:0.1.0@sha256:5bca431c096465da2c9601d3381b351f874e396110014e73f3e7000a07d596de'

export const environments: readonly ShopEnvironment[] = [
  {
    name: 'staging',
    owner: 'shop-team',
    images: images.staging,
    hosts: { storefront: 'shop.staging.example.com', checkout: 'checkout.staging.example.com' },
    size: {
      storefront: { min: 2, max: 4 },
      checkout: { min: 2, max: 4 },
      catalog: 2,
    },
    release: rehearsal,
    lockstepImage,
  },
  {
    name: 'prod',
    owner: 'shop-team',
    images: images.prod,
    hosts: { storefront: 'shop.example.com', checkout: 'checkout.example.com' },
    size: {
      storefront: { min: 4, max: 40 },
      checkout: { min: 6, max: 30 },
      catalog: 4,
    },
    release: careful,
    freezeWindows: [
      {
        schedule: '0 18 * * FRI',
        duration: 'P2DT14H',
        timeZone: 'Asia/Seoul',
        reason: 'nobody is there on weekends',
      },
    ],
    lockstepImage,
  },
]
