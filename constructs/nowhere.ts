import { Construct } from 'constructs'
import { Environment } from './environment.ts'

/**
 * An environment outside of every tree. Constructs that are misplaced go on in it once that is
 * reported, so that nothing more is said about what they make.
 */
export const nowhere = (): Environment =>
  new Environment(newRoot(), 'nowhere', { owner: 'nobody', images: {} })

/** As apps are; `RootConstruct` is not in the oldest `constructs` that we work with. */
const newRoot = (): Construct => new Construct(undefined as unknown as Construct, '')
