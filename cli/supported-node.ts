/** This Node cannot run Lockstep, or not the TypeScript of app definitions. */
export class UnsupportedNodeError extends Error {
  override readonly name = 'UnsupportedNodeError'
  readonly code = 'UNSUPPORTED_NODE'
  readonly remedy: string

  constructor(version: string, least: string) {
    super(`Lockstep needs Node ${least} or newer, and this is ${version}`)
    const major = least.split('.')[0]
    this.remedy = `Install it, or give the project its own with \`npm install --save-dev node@${major}\` and run \`npx lockstep\``
  }
}

/**
 * @param version of the Node that runs, as `22.18.0`
 * @param range as `engines` of package.json has it: `>=22.18.0`
 * @throws {UnsupportedNodeError}
 */
export function assertSupportedNode(version: string, range: string): void {
  const least = range.replace('>=', '')
  const isOlder = least.localeCompare(version, 'en', { numeric: true }) > 0
  if (isOlder) throw new UnsupportedNodeError(version, least)
}
