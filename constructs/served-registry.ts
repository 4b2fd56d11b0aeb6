import type { ISecret } from 'cdk8s-plus-27'
import { existingSecret, MISSING_SECRET } from './existing-secret.ts'
import { optional, record, required } from './options.ts'
import { PEER, type Peer } from './peer.ts'
import { secureAddress } from './secure-address.ts'
import { type Shape, shape } from './shape.ts'
import { text } from './value-shapes.ts'

/** How a registry of images is reached. Those that anybody may read, at their host, need none. */
export interface ServedRegistry {
  /** What its images begin with: `ghcr.io`, `docker.io`, `registry.example.com:5000`. */
  readonly host: string

  /**
   * Where it is, if that is elsewhere.
   *
   * @default - `https://` and the host
   */
  readonly address?: string

  /**
   * Who asks, and by which password. Of an account that may pull those images and nothing else.
   *
   * @default - nobody in particular
   */
  readonly credentials?: RegistryCredentials

  /**
   * Who answers there, for one that runs in the cluster: `app('registry', { namespace: 'images', ports: [5000] })`.
   *
   * @default - anybody, on the port of its address
   */
  readonly peer?: Peer
}

/** An account of a registry. */
export interface RegistryCredentials {
  /** As the registry knows it. */
  readonly username: string
  /** Existing Secret that has under `password` its password, or a token in place of one. */
  readonly password: ISecret
}

/** Stands for what was written wrong, so that nothing follows from it. */
export const UNKNOWN_HOST = 'missing.invalid'

/** What images of a registry begin with. */
export const REGISTRY_HOST: Shape<string> = shape({
  expected: 'what its images begin with, in lower case',
  example: "'ghcr.io'",
  is: (value) => typeof value === 'string' && /^[a-z0-9.-]+(:\d+)?$/.test(value),
})

export const SERVED_REGISTRY = record<ServedRegistry>(
  {
    host: required(REGISTRY_HOST, UNKNOWN_HOST),
    address: optional(secureAddress('https://registry.example.com')),
    credentials: optional(
      record<RegistryCredentials>(
        {
          username: required(text('acme-bot'), 'missing'),
          password: required(existingSecret('registry-password'), MISSING_SECRET),
        },
        "{ username: 'acme-bot', password: … }",
      ),
    ),
    peer: optional(PEER),
  },
  "{ host: 'ghcr.io', credentials: { username: 'acme-bot', password: … } }",
)
