import { text } from '../../manifests/fields.ts'
import { parseImage } from '../../manifests/image-reference.ts'
import { forEachContainer } from '../for-each.ts'
import { hasPlaceholder } from '../placeholder.ts'
import type { Rule } from '../rule.ts'

const invalid: Rule = {
  id: 'image/invalid',
  severity: 'error',
  title: 'Every container names an image that can be pulled',
  why: 'The kubelet refuses the reference, and the pod stays in InvalidImageName.',
  check: forEachContainer(({ spec, field }) => {
    const image = text(spec.image)
    if (image !== undefined && (parseImage(image) !== undefined || hasPlaceholder(image))) {
      return undefined
    }
    return {
      field: `${field}.image`,
      message:
        image === undefined ? 'The container has no image' : `'${image}' is no image reference`,
      remedy: 'Write `<registry>/<repository>:<tag>@sha256:<64 hexadecimal digits>`',
    }
  }),
}

const floating: Rule = {
  id: 'image/floating',
  severity: 'warning',
  title: 'No image is `latest`',
  why: 'Two pods of one workload may run two versions, a restart may be an update, and a rollback brings back nothing.',
  peers: [
    'kube-score/container-image-tag',
    'kube-linter/latest-tag',
    'polaris/tagNotSpecified',
    'checkov/CKV_K8S_14',
    'kubescape/C-0075',
  ],
  check: forEachContainer(({ spec, field }) => {
    const image = parseImage(text(spec.image) ?? '')
    if (image === undefined || image.digest !== undefined) return undefined
    if (image.tag !== undefined && image.tag !== 'latest') return undefined
    return {
      field: `${field}.image`,
      message: `'${String(spec.image)}' is whatever was pushed last`,
      remedy: 'Name a version and its digest: `<tag>@sha256:…`',
    }
  }),
}

const digest: Rule = {
  id: 'image/digest',
  severity: 'warning',
  title: 'Every image is pinned by its digest',
  why: 'A tag can be pushed again. Then the cluster changes without a commit, and nodes that pulled at different times run different programs.',
  peers: ['checkov/CKV_K8S_43', 'kubescape/C-0306', 'datree/CONTAINERS_MISSING_IMAGE_VALUE_DIGEST'],
  check: forEachContainer(({ spec, field }) => {
    const image = parseImage(text(spec.image) ?? '')
    if (image === undefined || image.digest !== undefined) return undefined
    if (image.tag === undefined || image.tag === 'latest') return undefined
    return {
      field: `${field}.image`,
      message: `'${String(spec.image)}' is a tag, which can be moved`,
      remedy: `Add the digest: \`${String(spec.image)}@sha256:…\``,
    }
  }),
}

export const imageRules: readonly Rule[] = [invalid, floating, digest]
