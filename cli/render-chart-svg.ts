import { inWords } from './duration-argument.ts'
import { inOneLine } from './printable.ts'
import type { ChartEvent, RolloutChart } from './rollout-chart.ts'

const WIDTH = 960
const LEFT = 60
const RIGHT = 930
const TOP = 60
const BOTTOM = 240
const ROW = 20
const LONGEST = 110

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 }
.grid { stroke: #d0d7de }
.event { stroke: #8c959f; stroke-dasharray: 2 3 }
.weight { fill: none; stroke: #0969da; stroke-width: 2 }
.success { fill: #1a7f37 }
.bad { fill: #cf222e }
`.trim()

/** Share of the requests on the canary, what was measured, and each commit, over time. */
export function renderChartSvg(chart: RolloutChart): string {
  const { events } = chart
  const height = BOTTOM + 60 + events.length * ROW
  const x = scaleOf(events)
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escapeMarkup(titleOf(chart))}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text class="title" x="${LEFT}" y="28">${escapeMarkup(titleOf(chart))}</text>`,
    ...grid(),
    ...events.flatMap((event, index) => marker(event, index, x)),
    `<path class="weight" d="${weightPath(events, x)}"/>`,
    ...events.flatMap((event) => measured(event, x)),
    `<text x="${LEFT}" y="${BOTTOM + 32}">requests on the canary (line) and success rates that were measured (dots), in percent</text>`,
    ...events.map((event, index) => row(event, index, events[0]?.atMs ?? 0)),
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

export const titleOf = ({ app, environment, rollout }: RolloutChart): string =>
  `${app} in ${environment}: rollout ${rollout}`

/** Text as it stands between tags and in attributes. Control characters are in neither. */
export const escapeMarkup = (text: string): string =>
  inOneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

type Scale = (atMs: number) => number

/** Commits of one second stand at one place. */
function scaleOf(events: readonly ChartEvent[]): Scale {
  const times = events.map(({ atMs }) => atMs)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const lengthMs = Math.max(1, last - first)
  return (atMs) => LEFT + ((RIGHT - LEFT) * (atMs - first)) / lengthMs
}

const y = (percent: number): number => BOTTOM - ((BOTTOM - TOP) * percent) / 100

const at = (number: number): string => Number(number.toFixed(1)).toString()

const grid = (): readonly string[] =>
  [0, 25, 50, 75, 100].flatMap((percent) => [
    `<line class="grid" x1="${LEFT}" y1="${at(y(percent))}" x2="${RIGHT}" y2="${at(y(percent))}"/>`,
    `<text x="${LEFT - 8}" y="${at(y(percent) + 4)}" text-anchor="end">${percent}</text>`,
  ])

const marker = ({ atMs }: ChartEvent, index: number, x: Scale): readonly string[] => [
  `<line class="event" x1="${at(x(atMs))}" y1="${TOP}" x2="${at(x(atMs))}" y2="${BOTTOM}"/>`,
  `<text x="${at(x(atMs))}" y="${TOP - 6}" text-anchor="middle">${index + 1}</text>`,
]

function weightPath(events: readonly ChartEvent[], x: Scale): string {
  let before = 0
  const parts = events.map(({ atMs, weight }, index) => {
    const [across, from, to] = [at(x(atMs)), at(y(before)), at(y(weight))]
    before = weight
    return index === 0 ? `M${across} ${from}V${to}` : `H${across}V${to}`
  })
  return parts.join('')
}

function measured({ atMs, successPercent, action }: ChartEvent, x: Scale): readonly string[] {
  if (successPercent === undefined) return []
  const kind = action === 'abort' ? 'bad' : 'success'
  return [
    `<circle class="${kind}" cx="${at(x(atMs))}" cy="${at(y(successPercent))}" r="4"><title>${successPercent} %</title></circle>`,
  ]
}

function row({ atMs, action, weight, evidence }: ChartEvent, index: number, firstMs: number) {
  const said = `${index + 1}. after ${inWords(atMs - firstMs)}: ${action}, weight ${weight}. ${evidence.join('; ')}`
  const shown = said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said
  return `<text x="${LEFT}" y="${BOTTOM + 56 + index * ROW}">${escapeMarkup(shown)}</text>`
}
