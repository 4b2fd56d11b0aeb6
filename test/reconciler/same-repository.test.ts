import { expect, it } from 'vitest'
import { mayBeSameRepository } from '../../reconciler/same-repository.ts'

const URL = 'https://git.example.com/shop/deploy.git'

it.each([
  'https://git.example.com/shop/deploy',
  'https://me:secret@git.example.com/shop/deploy.git/',
  'ssh://git@git.example.com:2222/shop/deploy.git',
  'git@git.example.com:shop/deploy.git',
  'git.example.com:Shop/Deploy',
  // Servers have prefixes for one protocol.
  'https://git.example.com/scm/shop/deploy.git',
  // A mirror, a name that only a cluster knows, a folder.
  'http://gitea.git.svc/shop/deploy.git',
  'git@work:other/repository.git',
  '/srv/git/deploy.git',
  '',
])('%s may be the same repository', (address) => {
  expect(mayBeSameRepository(URL, address)).toBe(true)
  expect(mayBeSameRepository(address, URL)).toBe(true)
})

it.each([
  'https://git.example.com/shop/staging.git',
  'https://git.example.com/other/deploy.git',
  'ssh://git@git.example.com/shop/predeploy',
  'git@git.example.com:shop/staging.git',
  'https://git.example.com/eploy',
])('%s is another repository', (address) => {
  expect(mayBeSameRepository(URL, address)).toBe(false)
  expect(mayBeSameRepository(address, URL)).toBe(false)
})
