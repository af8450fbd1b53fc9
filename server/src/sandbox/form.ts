/** A form-encoded body as nested data, with the bracket names of Rails and Stripe: `a[b]=1&c[]=2&d[0][e]=3`. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue }

/**
 * Reads a form-encoded body.
 * @throws TypeError when two names contradict each other, or a name nests deeper than ten levels
 */
export function readForm(text: string): { [name: string]: FormValue } {
  const root: Node = new Map()
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = stepsOf(name)
    let node = root
    for (const step of steps.slice(0, -1)) {
      const key = step === '' ? String(node.size) : step
      const next = node.get(key) ?? new Map<string, Leaf>()
      if (typeof next === 'string') throw new TypeError(`${name} contradicts another field`)
      node.set(key, next)
      node = next
    }
    const last = steps.at(-1)!
    const key = last === '' ? String(node.size) : last
    if (node.get(key) instanceof Map) throw new TypeError(`${name} contradicts another field`)
    node.set(key, value)
  }
  return Object.fromEntries([...root].map(([name, leaf]) => [name, dataOf(leaf)]))
}

type Leaf = string | Node
type Node = Map<string, Leaf>

function stepsOf(name: string): string[] {
  const [, first = name, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? []
  const steps = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, step = '']) => step)]
  if (steps.length > 10) throw new TypeError('a name nests too deeply')
  return steps
}

/** What is numbered from 0 on is a list. */
function dataOf(leaf: Leaf): FormValue {
  if (typeof leaf === 'string') return leaf
  const keys = [...leaf.keys()]
  const isList = keys.length > 0 && keys.every((key, index) => key === String(index))
  if (isList) return [...leaf.values()].map(dataOf)
  return Object.fromEntries([...leaf].map(([name, value]) => [name, dataOf(value)]))
}
