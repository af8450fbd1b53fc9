import type { Principal } from './principal.ts'

/** Who made a request, as histories keep it: `member:<id>`, `api-key:<id>`, `jwt:<subject>`, `platform:<id>`. */
export const actorOf = ({ kind, id, personId }: Principal): string =>
  `${kind}:${kind === 'member' ? (personId ?? id) : id}`.slice(0, 300)
