/** Looks a name that came from outside up in a table, where `constructor` is no entry. */
export const own = <T>(table: { [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
