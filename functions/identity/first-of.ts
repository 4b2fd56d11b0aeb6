import { AuthenticationUnavailableError, type Authenticator } from './authenticator.ts'

/**
 * Asks one after the other whose a token is; the first who knows decides. If nobody does and one of
 * them could not tell, nobody can: it may have been its.
 */
export const firstOf = (authenticators: readonly Authenticator[]): Authenticator => ({
  async authenticate(token, signal) {
    const unavailable: AuthenticationUnavailableError[] = []
    const noteUnavailable = (error: unknown): undefined => {
      if (!(error instanceof AuthenticationUnavailableError)) throw error
      unavailable.push(error)
    }
    for (const authenticator of authenticators) {
      const identity = await authenticator.authenticate(token, signal).catch(noteUnavailable)
      if (identity !== undefined) return identity
    }
    const [first] = unavailable
    if (first !== undefined) throw first
    return undefined
  },
})
