import { type GitCost, type GitHostsResult, OCCASIONS } from './git-hosts.ts'

/** A table in Markdown: what each occasion costs, a row for each adapter and repository. */
export const renderGitHostsTable = (results: readonly GitHostsResult[]): string =>
  [
    row(['', 'files', 'commits', ...OCCASIONS]),
    row(['', '', '', ...OCCASIONS].map(() => '---')),
    ...results.map(renderGitHostsRow),
  ].join('\n')

export const renderGitHostsRow = ({ adapter, files, commits, costs }: GitHostsResult): string =>
  row([
    adapter,
    files.toLocaleString('en'),
    commits.toLocaleString('en'),
    ...OCCASIONS.map((occasion) => renderCost(costs[occasion])),
  ])

function renderCost({ ms, traffic }: GitCost): string {
  const time = `${Math.round(ms.median)} ms`
  if (traffic === undefined) return time
  return `${traffic.requests}, ${(traffic.bytes / 1000).toFixed(1)} kB, ${time}`
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
