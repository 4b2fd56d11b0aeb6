import { parseImage } from '../manifests/image-reference.ts'

/** Where an image is, however it was written. */
export interface ImageName {
  /** `ghcr.io`, `registry.example.com:5000`; `docker.io` for all names of Docker Hub. */
  readonly host: string
  /** Below its host: `acme/checkout`. */
  readonly name: string
}

const HUB = 'docker.io'
const HUB_NAMES = new Set([
  HUB,
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
])

/**
 * Takes the name of a repository apart as container runtimes do: without a host it is of Docker Hub, and
 * with no more than one part one of its own images, which are below `library/`.
 *
 * @param repository without tag and digest
 * @returns `undefined` if it is none
 */
export function imageName(repository: string): ImageName | undefined {
  const parsed = parseImage(repository)
  if (parsed === undefined || parsed.repository !== repository) return undefined
  const [first = '', ...rest] = repository.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const host = isHost ? first.toLowerCase() : HUB
  const path = isHost ? rest : [first, ...rest]
  if (!HUB_NAMES.has(host)) return { host, name: path.join('/') }
  return { host: HUB, name: (path.length === 1 ? ['library', ...path] : path).join('/') }
}

/** The same for all ways to write it. */
export const nameText = ({ host, name }: ImageName): string => `${host}/${name}`
