import { type Config, readConfig, variables } from '../../config.ts'
import { columns, type GlobalOptions, print, type Terminal } from '../terminal.ts'

/** Prints every setting, its value in force and where it comes from. Secrets are not shown. */
export function showConfig(terminal: Terminal, options: GlobalOptions): void {
  const config = readConfig(terminal.env)
  const settings = (Object.keys(variables) as (keyof Config)[]).map((name) => {
    const isSet = Boolean(terminal.env[name]?.trim())
    const isSecret = 'secret' in variables[name]
    const value = isSecret && isSet ? '(set, not shown)' : (config[name] ?? '')
    return { name, value, source: isSet ? 'environment' : 'default', help: variables[name].help }
  })
  print(terminal, options, settings, () =>
    columns(
      settings.map(({ name, value, source, help }) => [
        name,
        String(value) || '-',
        source === 'default' ? '' : 'set',
        help,
      ]),
    ),
  )
}
