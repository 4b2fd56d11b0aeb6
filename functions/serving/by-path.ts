type Fetch = (request: Request) => Response | Promise<Response>

/** Paths of each function, beside its operations; a path ends with a slash if all below it are its. */
const PATHS = {
  rollouts: ['/v1/rollouts', '/v1/rollouts/', '/events'],
  webhooks: ['/webhooks/'],
} as const

type Name = keyof typeof PATHS

export interface FunctionsByPath {
  readonly takes: (path: string) => boolean
  /** Of a path that `takes` says yes to. */
  readonly fetch: Fetch
}

/**
 * Functions at one address, each under its own paths. The document of each is at `/openapi/NAME.json`,
 * since only one of all can be at `/openapi.json`.
 */
export function byPath(
  functions: Readonly<Record<Name, { readonly fetch: Fetch }>>,
): FunctionsByPath {
  const names = Object.keys(PATHS) as readonly Name[]
  const documented = (path: string): Name | undefined =>
    names.find((name) => path === `/openapi/${name}.json`)
  const owner = (path: string): Name | undefined =>
    names.find((name) =>
      PATHS[name].some((own) => (own.endsWith('/') ? path.startsWith(own) : path === own)),
    )
  return {
    takes: (path) => (documented(path) ?? owner(path)) !== undefined,
    fetch: (request) => {
      const url = new URL(request.url)
      const name = documented(url.pathname)
      if (name === undefined) return functions[owner(url.pathname) ?? 'rollouts'].fetch(request)
      url.pathname = '/openapi.json'
      return functions[name].fetch(new Request(url, request))
    },
  }
}
