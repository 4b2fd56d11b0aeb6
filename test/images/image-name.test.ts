import { expect, it } from 'vitest'
import { imageName, nameText } from '../../images/image-name.ts'

it.each([
  ['ghcr.io/acme/checkout', 'ghcr.io/acme/checkout'],
  ['GHCR.io/acme/checkout', 'ghcr.io/acme/checkout'],
  ['registry.example.com:5000/shop', 'registry.example.com:5000/shop'],
  ['localhost/shop/web', 'localhost/shop/web'],
  ['nginx', 'docker.io/library/nginx'],
  ['docker.io/nginx', 'docker.io/library/nginx'],
  ['acme/checkout', 'docker.io/acme/checkout'],
  ['index.docker.io/acme/checkout', 'docker.io/acme/checkout'],
  ['registry-1.docker.io/acme/checkout', 'docker.io/acme/checkout'],
  ['ghcr.io/acme/checkout:1.4', undefined],
  [`ghcr.io/acme/checkout@sha256:${'0'.repeat(64)}`, undefined],
  ['https://ghcr.io/acme/checkout', undefined],
  ['ghcr.io/acme/../checkout/', undefined],
  ['', undefined],
])('%j is %j', (repository, expected) => {
  const name = imageName(repository)
  expect(name && nameText(name)).toBe(expected)
})
