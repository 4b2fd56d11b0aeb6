import file from '../schemas/kubernetes.json' with { type: 'json' }
import type { SchemaFile } from './schema-file.ts'
import { SchemaLibrary } from './schema-library.ts'

/**
 * The kinds of Kubernetes, of the Gateway API's standard channel and of Flux. A module of its own: whoever
 * needs no schemas does not load them, and where the start counts, `import()` loads them late.
 */
export const kubernetesSchemas = new SchemaLibrary(file as unknown as SchemaFile)
