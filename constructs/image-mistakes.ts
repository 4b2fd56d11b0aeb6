import { entryOfBranch } from '../images/proposal-branch.ts'
import type { Environment } from './environment.ts'
import { type FollowedImages, followedHosts } from './followed-images.ts'
import type { Mistake, Mistakes } from './mistakes.ts'
import { type ServedRegistry, UNKNOWN_HOST } from './served-registry.ts'
import type { ServedRollouts } from './served-rollouts.ts'
import { hostOf, mayHaveHost, type ServedWebhook } from './served-webhook.ts'

/** Reports what is wrong with images, registries and those who tell of pushes only beside each other. */
export function reportImageMistakes(
  rollouts: ServedRollouts,
  environment: Environment | undefined,
  mistakes: Mistakes,
): void {
  const { images = [], registries = [], webhooks = [] } = rollouts
  const hosts = followedHosts(images)
  const found = [
    ...requestsOfNobody(images),
    ...sharedEntries(images, environment?.name ?? 'missing'),
    ...registryMistakes(registries, hosts),
    ...webhooks.flatMap((webhook, index) => webhookMistakes(webhook, index, hosts)),
  ]
  for (const mistake of found) mistakes.add(mistake)
}

const requestsOfNobody = (images: readonly FollowedImages[]): readonly Mistake[] =>
  images.flatMap(({ by, repository }, index) =>
    by === 'commit' || !('http' in repository)
      ? []
      : [
          {
            option: `rollouts.images[${index}].by`,
            problem: "is 'pull-request', and there are none by httpRepository()",
            remedy: "Write `by: 'commit'`, or use githubRepository() or gitlabRepository()",
          },
        ],
  )

/** Two rules for one entry would write over each other for ever, or close each other's pull requests. */
function sharedEntries(images: readonly FollowedImages[], environment: string): readonly Mistake[] {
  const entries = images.flatMap(({ repository, branch, file, by, follow }, fileIndex) =>
    follow.map(({ image, at }, index) => ({
      option: `rollouts.images[${fileIndex}].follow[${index}].at`,
      key: JSON.stringify(
        by === 'commit'
          ? [repository, branch, file, at]
          : [repository, entryOfBranch(environment, { at })],
      ),
      image,
    })),
  )
  return entries.flatMap(({ option, key }, index) => {
    const first = entries.findIndex((other) => other.key === key)
    if (first === index) return []
    const problem = `is where ${entries[first]?.image} is followed already`
    return [{ option, problem, remedy: 'Leave one of them out' }]
  })
}

function registryMistakes(
  registries: readonly ServedRegistry[],
  hosts: readonly string[],
): readonly Mistake[] {
  return registries.flatMap(({ host }, index) => {
    const option = `rollouts.registries[${index}].host`
    const first = registries.findIndex((other) => other.host === host)
    if (first !== index) {
      return [{ option, value: host, problem: 'is in the list twice', remedy: 'Leave one out' }]
    }
    return isFollowed(host, hosts) ? [] : [{ option, value: host, ...inVain(hosts) }]
  })
}

function webhookMistakes(
  webhook: ServedWebhook,
  index: number,
  hosts: readonly string[],
): readonly Mistake[] {
  const option = `rollouts.webhooks[${index}].host`
  const { kind, host } = webhook
  if (host !== undefined && !mayHaveHost(webhook)) {
    const problem = `is not for ${kind}`
    return [{ option, value: host, problem, remedy: 'Leave it out' }]
  }
  const ofImages = hostOf(webhook)
  if (ofImages === undefined) {
    if (!mayHaveHost(webhook)) return []
    const remedy = `Write what images of this registry begin with: \`host: '${hosts[0] ?? 'registry.example.com'}'\``
    return [{ option, problem: `must be given for ${kind}`, remedy }]
  }
  if (isFollowed(ofImages, hosts)) return []
  return [{ option: `rollouts.webhooks[${index}]`, value: ofImages, ...inVain(hosts) }]
}

/** What was written wrong is a mistake of its own. */
const isFollowed = (host: string, hosts: readonly string[]): boolean =>
  [host, ...hosts].includes(UNKNOWN_HOST) || hosts.includes(host)

const inVain = (hosts: readonly string[]) => ({
  problem: 'is of a registry of which no image is followed',
  remedy: `${hosts.length === 0 ? 'Add `images`' : `Write one of ${hosts.join(', ')}`}, or leave it out`,
})
