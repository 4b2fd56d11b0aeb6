/**
 * The command that brings back what a rollout keeps on the branch.
 *
 * @param app `<namespace>/<app>`
 */
export const repairCommand = (app: string, environment: string): string =>
  `\`lockstep rollout repair ${app} --env ${environment}\``
