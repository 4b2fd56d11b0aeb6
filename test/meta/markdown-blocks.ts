/** One fenced block of a Markdown file. */
export interface MarkdownBlock {
  /** First word after the fence. */
  readonly language: string
  /** Line of the fence, from 1. */
  readonly line: number
  readonly text: string
  /** The paragraph before it. */
  readonly introduction: string
}

const BLOCK = /^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm

export const markdownBlocks = (document: string): MarkdownBlock[] =>
  [...document.matchAll(BLOCK)].map(({ 1: language = '', 2: text = '', index }) => {
    const before = document.slice(0, index)
    return {
      language,
      line: before.split('\n').length,
      text,
      introduction: before.trimEnd().split('\n\n').at(-1) ?? '',
    }
  })
