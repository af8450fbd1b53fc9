export type Plain = Record<string, unknown> & { properties?: Record<string, Record<string, unknown>> }

/** A schema as JSON: what typebox keeps beside it is left behind. */
export const plain = (schema: object): Plain => JSON.parse(JSON.stringify(schema)) as Plain
