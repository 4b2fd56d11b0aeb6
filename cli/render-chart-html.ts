import { escapeMarkup, renderChartSvg, titleOf } from './render-chart-svg.ts'
import type { ChartEvent, RolloutChart } from './rollout-chart.ts'

/** One file that needs no other, and in which nothing runs. */
export const renderChartHtml = (chart: RolloutChart): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(titleOf(chart))}</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 24px; color: #24292f }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0 }
</style>
</head>
<body>
${renderChartSvg(chart)}<table>
<tr><th>when</th><th>commit</th><th>by</th><th>what</th><th>weight</th><th>why</th></tr>
${chart.events.map(row).join('\n')}
</table>
</body>
</html>
`

const row = ({ atMs, commit, author, action, weight, evidence }: ChartEvent): string =>
  `<tr>${[
    new Date(atMs).toISOString(),
    commit.slice(0, 12),
    author,
    action,
    `${weight} %`,
    evidence.join('; '),
  ]
    .map((cell) => `<td>${escapeMarkup(cell)}</td>`)
    .join('')}</tr>`
