import { type Construct, Node } from 'constructs'
import { rememberSource, speaksForChildren } from './source-location.ts'
import { markTwin } from './twin.ts'

const DONE = Symbol.for('lockstep.remembersChildren')
const APP = Symbol.for('lockstep.App')

/** A node with what every construct passes through, which is private by its type alone. */
interface ChildTaker extends Pick<Node, 'root' | 'tryFindChild'> {
  readonly host: Construct
  addChild(child: Construct, id: string): void
  [DONE]?: true
}

/** Marks the root of a tree whose mistakes are collected. */
export function collectMistakesOf(root: Construct): void {
  Object.defineProperty(root, APP, { value: true })
  rememberChildren()
}

/**
 * Has the `constructs` library remember of every construct on which line it was made, and take a
 * second one of the same id in a tree of ours, for synth to report. By itself it knows no lines, and
 * throws at the first such mistake. Done once a process, however often it is asked for; trees of
 * others get the lines alone.
 */
function rememberChildren(): void {
  const nodes = Node.prototype as unknown as ChildTaker
  if (nodes[DONE] === true) return
  const { addChild } = nodes
  nodes.addChild = function (child, id) {
    if (!speaksForChildren(this.host)) rememberSource(child)
    const first = this.tryFindChild(id)
    if (first === undefined || !(APP in this.root)) {
      addChild.call(this, child, id)
      return
    }
    markTwin(child, first)
    addChild.call(this, child, freeId(this, id))
  }
  nodes[DONE] = true
}

/** Where the parent keeps it. Its own id and path stay as the user wrote them. */
function freeId(parent: ChildTaker, id: string): string {
  let count = 2
  while (parent.tryFindChild(`${id} (${count})`) !== undefined) count++
  return `${id} (${count})`
}
