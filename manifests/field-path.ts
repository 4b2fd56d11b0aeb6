const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$-]*$/

/**
 * A field as people write it: `spec.containers[0].image`, `metadata.labels["example.com/team"]`.
 * The root is `(root)`.
 */
export function fieldPath(segments: readonly (string | number)[]): string {
  let path = ''
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`
    else if (!IDENTIFIER.test(segment)) path += `[${JSON.stringify(segment)}]`
    else path += path === '' ? segment : `.${segment}`
  }
  return path === '' ? '(root)' : path
}
