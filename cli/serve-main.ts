import { servePod } from './serve-pod.ts'

/* What the image runs for `serve`. `lockstep serve` has more stores, and so more in it. */

await servePod()
