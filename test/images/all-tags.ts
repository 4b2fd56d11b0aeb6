import type { OciRegistry } from '../../images/oci-registry.ts'

/** Tags of all pages, in their order. */
export async function allTags(
  registry: OciRegistry,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const all: string[][] = []
  for await (const tags of registry.tagPages(name, signal)) all.push([...tags])
  return all.flat()
}
