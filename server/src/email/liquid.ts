import { createRequire } from 'node:module'
import type { Liquid, Template } from 'liquidjs'
import { LRUCache } from 'lru-cache'
import { invalid } from '../api/errors.ts'

/*
 * Templates are written by tenants, so they run within bounds: no files, no inherited properties, so much text, time and memory.
 */
const bounds = {
  // In-memory and empty: `include` and `render` find nothing.
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  dynamicPartials: false,
  parseLimit: 1_000_000,
  renderLimit: 250,
  memoryLimit: 10_000_000,
} as const

let engines: { html: Liquid; text: Liquid } | undefined

/** Made when the first template is, since the package takes a while to load into an idle hub. */
function engineFor(part: 'html' | 'text'): Liquid {
  engines ??= createEngines()
  return engines[part]
}

function createEngines() {
  const { Liquid } = createRequire(import.meta.url)('liquidjs') as typeof import('liquidjs')
  return {
    html: withFilters(new Liquid({ ...bounds, outputEscape: 'escape' })),
    text: withFilters(new Liquid(bounds)),
  }
}

const parsed = new LRUCache<string, Template[]>({
  max: 1_000,
  maxSize: 20_000_000,
  sizeCalculation: (_, key) => key.length,
})

function parse(part: 'html' | 'text', source: string): Template[] {
  const key = `${part} ${source}`
  const known = parsed.get(key)
  if (known) return known
  const made = engineFor(part).parse(source)
  parsed.set(key, made)
  return made
}

/**
 * Fills in a template. In HTML whatever is put out is escaped unless the template says `| raw`; in text it is as it is. What is the hub's own
 * may take its time: on a busy machine the clock goes on while nothing is rendered.
 * @throws ApiError VALIDATION_FAILED naming the field, with what Liquid has to say
 */
export function render(
  part: 'html' | 'text',
  source: string,
  data: object,
  { field, isOurs }: { field: string; isOurs: boolean },
): string {
  try {
    const options = isOurs ? { renderLimit: Number.POSITIVE_INFINITY } : {}
    return engineFor(part).renderSync(parse(part, source), data, options) as string
  } catch (error) {
    throw invalid(
      field,
      `is no template that can be filled in: ${(error as Error).message.split('\n')[0]?.slice(0, 300)}`,
    )
  }
}

/** @throws ApiError VALIDATION_FAILED where it is no Liquid */
export function checkLiquid(part: 'html' | 'text', source: string, field: string): void {
  try {
    parse(part, source)
  } catch (error) {
    throw invalid(field, `is no Liquid: ${(error as Error).message.split('\n')[0]?.slice(0, 300)}`)
  }
}

function withFilters(engine: Liquid): Liquid {
  /** `{{ startsAt | in_zone: timezone }}`: a moment in words of a person who lives there. */
  engine.registerFilter('in_zone', (moment: unknown, zone: unknown, locale: unknown) => {
    const time = new Date(String(moment))
    if (Number.isNaN(time.getTime())) return ''
    try {
      return new Intl.DateTimeFormat(typeof locale === 'string' ? locale : 'en-GB', {
        dateStyle: 'full',
        timeStyle: 'short',
        timeZone: typeof zone === 'string' && zone !== '' ? zone : 'UTC',
      }).format(time)
    } catch {
      return time.toISOString()
    }
  })
  return engine
}
