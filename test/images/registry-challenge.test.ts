import { expect, it } from 'vitest'
import { readChallenge } from '../../images/registry-challenge.ts'

/* As the registries of Docker Hub, GitHub, GitLab and Amazon have them. */
it.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
    { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
  ],
  [
    'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"',
    { scheme: 'bearer', realm: 'https://ghcr.io/token', service: 'ghcr.io' },
  ],
  [
    'bearer service=a, realm=https://gitlab.example.com/jwt/auth',
    { scheme: 'bearer', realm: 'https://gitlab.example.com/jwt/auth', service: 'a' },
  ],
  [
    'Basic realm="r", Bearer realm="https://r.example.com/\\"t\\""',
    { scheme: 'bearer', realm: 'https://r.example.com/"t"', service: undefined },
  ],
  ['Basic realm="https://012345678910.dkr.ecr.eu-central-1.amazonaws.com/"', { scheme: 'basic' }],
  ['Basic', { scheme: 'basic' }],
  ['Bearer service="x"', undefined],
  ['Negotiate', undefined],
  ['', undefined],
])('%s is %j', (header, expected) => {
  expect(readChallenge(header)).toEqual(expected)
})
