type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [name: string]: Value }

/** Nested parameters with Stripe's names: `{ items: [{ price: 'p' }] }` is `items[0][price]=p`. Null takes a value away. */
export function fields(parameters: { readonly [name: string]: Value }): Record<string, string | number | boolean> {
  const flat: Record<string, string | number | boolean> = {}
  const add = (name: string, value: Value): void => {
    if (value === undefined) return
    if (value === null) flat[name] = ''
    else if (typeof value !== 'object') flat[name] = value
    else for (const [inner, one] of Object.entries(value)) add(name === '' ? inner : `${name}[${inner}]`, one as Value)
  }
  add('', parameters)
  return flat
}
