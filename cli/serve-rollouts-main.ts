import { connectByNode } from '../functions/connect-by-node.ts'
import { rolloutServer } from '../functions/rollout-server.ts'
import { servePod } from './serve-pod.ts'

/*
 * What the image runs for `serve-rollouts`: what `serve` does, and rollouts beside it. A program of its
 * own, so that whoever needs locks alone starts no more than that.
 */

await servePod((own) => rolloutServer({ own, connect: connectByNode }))
