import type { AnyConnector } from '../kit/connector.ts'
import { operations, repeatOf } from '../kit/operations.ts'
import { offeredOperations } from '../kit/result.ts'
import { plain } from './plain.ts'
import type { OperationDescription } from './schema.ts'

/** What a connector can do, with the form of each operation's input. */
export const describeOperations = (connector: AnyConnector): OperationDescription[] =>
  offeredOperations(connector).map((name) => {
    const { title, writes, lists, input } = operations[name]
    return { name, title, writes, lists, repeat: repeatOf(connector, name), input: plain(input) }
  })
