/** Whether Flux puts a part of the text in only when it applies it: `${CLUSTER_NAME}`. */
export const hasPlaceholder = (text: string): boolean => /\$\{\w+/.test(text)
