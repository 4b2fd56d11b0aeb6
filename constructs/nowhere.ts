import { RootConstruct } from 'constructs'
import { Environment } from './environment.ts'

/**
 * An environment outside of every tree. Constructs that are misplaced go on in it once that is
 * reported, so that nothing more is said about what they make.
 */
export const nowhere = (): Environment =>
  new Environment(new RootConstruct(), 'nowhere', { owner: 'nobody', images: {} })
