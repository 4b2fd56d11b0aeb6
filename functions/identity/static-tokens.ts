import { z } from 'zod'
import { areEqual } from '../../leases/are-equal.ts'
import { configured } from '../configuration/configuration-error.ts'
import { readYaml } from '../configuration/read-yaml.ts'
import type { Authenticator } from './authenticator.ts'
import type { Identity } from './identity.ts'
import { OWN_NAME } from './own-name.ts'
import { tokenDigest } from './token-digest.ts'

/** A token of the file: whose it is, and what is left of it. */
interface StaticToken {
  readonly digest: string
  readonly identity: Identity
}

/**
 * Tokens that somebody made and wrote down the digests of, for servers without anybody to ask. A
 * plain digest is enough for tokens that nobody can guess, such as 32 random bytes.
 */
export class StaticTokens implements Authenticator {
  readonly #tokens: readonly StaticToken[]

  private constructor(tokens: readonly StaticToken[]) {
    this.#tokens = tokens
  }

  /**
   * @param text YAML or JSON: `tokens`, each with `name`, `sha256` and perhaps `groups`
   * @param where the name of the file
   * @throws {ConfigurationError}
   */
  static read(text: string, where: string): StaticTokens {
    const { tokens } = configured(TOKENS, readYaml(text, where), where)
    return new StaticTokens(
      tokens.map(({ sha256: digest, name, groups }) => ({
        digest,
        identity: { name, groups, proof: 'static token' },
      })),
    )
  }

  async authenticate(token: string): Promise<Identity | undefined> {
    const digest = tokenDigest(token)
    let identity: Identity | undefined
    // To the end, whichever it is: the time tells nothing.
    for (const known of this.#tokens) {
      if (areEqual(known.digest, digest)) identity = known.identity
    }
    return identity
  }
}

const DIGEST_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const TOKENS = z
  .strictObject({
    tokens: z
      .array(
        z.strictObject({
          name: OWN_NAME,
          groups: z.array(OWN_NAME).default([]),
          sha256: z
            .string('Quote the digest: it is text')
            .regex(
              /^[0-9a-f]{64}$/,
              'Write the SHA-256 of the token in 64 small hexadecimal digits: printf %s "$TOKEN" | sha256sum',
            )
            .refine(
              (digest) => digest !== DIGEST_OF_NOTHING,
              'This is the digest of no token at all',
            ),
        }),
      )
      .min(1, 'Add a token, or do not name the file'),
  })
  .superRefine(({ tokens }, context) => {
    for (const [index, { sha256 }] of tokens.entries()) {
      const first = tokens.findIndex((token) => token.sha256 === sha256)
      if (first === index) continue
      context.addIssue({
        code: 'custom',
        path: ['tokens', index, 'sha256'],
        message: `tokens[${first}] has the same token. Give each name tokens of its own`,
      })
    }
  })
