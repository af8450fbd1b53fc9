/** Makes something the first time it is asked for, and gives the same from then on. What fails is tried again by the next who asks. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
