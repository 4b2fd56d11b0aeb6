/** Colours and other attributes of text, which end with `m` and do nothing else. */
const ATTRIBUTES = String.raw`\u001b\[[0-9;]*m`
/** All control characters but tabs and the ends of lines. */
const CONTROLS = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]`
const SEQUENCES = new RegExp(`(${ATTRIBUTES})|${CONTROLS}`, 'g')

/**
 * Text that can only be read. Names in manifests and answers of servers are written by others, and
 * control characters in them could clear the screen, set the clipboard, or hide what else is said.
 */
export const printable = (text: string): string =>
  text.replaceAll(SEQUENCES, (_, attributes: string | undefined) => attributes ?? '\ufffd')

/** The same in one line and without colours: what one holder says must not pass for more than that. */
export const inOneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\ufffd')
