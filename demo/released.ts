/** The app whose releases are shown, and where. */
export const RELEASED = { branch: 'deploy', environment: 'staging', app: 'shop/checkout' } as const
