/** Base64 of a text's UTF-8, however long it is, where there is no `Buffer`. */
export function webBase64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
