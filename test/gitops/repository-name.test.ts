import { expect, it } from 'vitest'
import { repositoryName } from '../../gitops/repository-name.ts'

it.each([
  'https://github.com/acme/deploy',
  'https://github.com/Acme/deploy.git',
  'https://x-access-token:secret@github.com/acme/deploy.git/',
  'http://github.com:8080/acme/deploy',
  'ssh://git@github.com:22/acme/deploy.git',
  'git@github.com:acme/deploy.git',
  'github.com:acme/deploy',
  'git://github.com/acme/deploy.git',
])('%s is github.com/acme/deploy', (address) => {
  expect(repositoryName(address)).toBe('github.com/acme/deploy')
})

it.each(['', '/srv/git/deploy.git', 'file:///srv/git/deploy.git', 'https://github.com', 'deploy'])(
  '%j is on no host',
  (address) => {
    expect(repositoryName(address)).toBeUndefined()
  },
)
