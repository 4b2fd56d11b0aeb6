import { githubStyleSignature } from './github-style-signature.ts'
import { JSON_HEADERS, jsonBytes, type NotificationKind } from './notification-request.ts'
import type { FluxReceiverTarget } from './notification-target.ts'

/** Flux looks at its sources at once, whatever it is told. Nothing of the body is looked at but for the signature. */
export const fluxReceiver: NotificationKind<FluxReceiverTarget> = {
  address: ({ url }) => url,
  async request({ url, secret }, { environment, branch, commit }) {
    const body = jsonBytes({ environment, branch, commit })
    const signature = secret === undefined ? undefined : await githubStyleSignature(secret, body)
    return {
      url,
      body,
      headers: { ...JSON_HEADERS, ...(signature !== undefined && { 'X-Signature': signature }) },
    }
  },
}
