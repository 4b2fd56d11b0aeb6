import { Buffer } from 'buffer/index.js'

/**
 * `isomorphic-git` uses Node's `Buffer` as a global, which Workers lack. There the bundler takes the
 * package of that name; in Node it is Node's own.
 */
const platform: { Buffer?: unknown } = globalThis
platform.Buffer ??= Buffer
