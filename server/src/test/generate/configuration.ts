import { variables } from '../../config.ts'

/** Writes the page about the configuration from the table that the hub reads it by. */
export function configurationPage(): string {
  const rows = Object.entries(variables).map(([name, { default: standard, help, ...more }]) => {
    const shown = standard === '' ? '' : `\`${standard}\``
    return `| \`${name}\` | ${shown} | ${help.replaceAll('|', '\\|')}${'secret' in more ? ' Never shown in logs.' : ''} |`
  })
  return `<!-- Generated from server/src/config.ts by \`npm run generate\`. Do not edit. -->

# Configuration

Tenon is configured by environment variables alone, and starts with none of them set. Wrong values, and unknown names that
start with \`TENON_\`, are reported all at once before anything starts. \`tenon config\` prints what is in force, and
\`tenon doctor\` tries it.

| variable | default | what it does |
|---|---|---|
${rows.join('\n')}
`
}
