import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** Forest green of a drawing office; the one colour that invites a click. */
const pine: MantineColorsTuple = [
  '#eaf5f0',
  '#d5e9e0',
  '#a9d2c1',
  '#7bbba2',
  '#54a687',
  '#3a9775',
  '#2a8a69',
  '#1d7858',
  '#13674a',
  '#06543a',
]
/** What failed: rust rather than alarm. */
const red: MantineColorsTuple = [
  '#fbeeea',
  '#f5dcd4',
  '#ebb8a9',
  '#e0927c',
  '#d67355',
  '#cc5b3b',
  '#c04a2b',
  '#b3361f',
  '#982c18',
  '#7a2212',
]
/** What waits or wants care: oak. */
const yellow: MantineColorsTuple = [
  '#fbf3e3',
  '#f5e6c9',
  '#ead09a',
  '#dfb869',
  '#d5a344',
  '#c8912c',
  '#b07b1d',
  '#8f5a08',
  '#744a09',
  '#5a3906',
]
const gray: MantineColorsTuple = [
  '#f3f6f4',
  '#e9eeeb',
  '#dce3df',
  '#cbd4cf',
  '#b3bfb9',
  '#93a19a',
  '#6f7f77',
  '#55645d',
  '#3a4741',
  '#222c28',
]
/** Neutral with a trace of green, so that surfaces belong to the pine. */
const dark: MantineColorsTuple = [
  '#dfe7e3',
  '#bac6c0',
  '#90a099',
  '#52625b',
  '#4f5f58',
  '#27322e',
  '#1b2421',
  '#131a18',
  '#0d1311',
  '#080c0b',
]

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 8, dark: 7 },
  colors: { pine, red, yellow, gray, dark },
  defaultRadius: 'sm',
  fontFamily: "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', 'Liberation Mono', monospace",
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.25' }, h2: { fontSize: '1.05rem', lineHeight: '1.35' } },
  },
  components: {
    Modal: {
      // A click that misses the dialog must not throw away what was typed in it; Escape and its buttons close it.
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, closeOnClickOutside: false },
      styles: {
        content: { background: 'var(--tenon-surface)' },
        header: { background: 'var(--tenon-surface)' },
        title: { fontWeight: 650, fontSize: '1.05rem' },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } } },
    Chip: { defaultProps: { variant: 'outline' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
})

/** Quiet text must still be readable: Mantine's own grey has too little contrast on white. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f7f5',
    '--mantine-color-text': '#17211d',
    '--mantine-color-dimmed': '#55645d',
    '--mantine-color-error': '#b3361f',
    '--mantine-color-placeholder': '#6b7973',
    '--tenon-surface': '#ffffff',
    '--tenon-line': '#dce3df',
    '--tenon-rail': '#16302a',
    '--tenon-rail-text': '#c7d6cf',
    '--tenon-accent': '#13674a',
    '--tenon-wood': '#c98a3c',
    '--tenon-delivered': '#17744f',
    '--tenon-retrying': '#8f5a08',
    '--tenon-dead': '#b3361f',
    '--tenon-pending': '#41638f',
    '--tenon-quiet': '#66756e',
  },
  dark: {
    '--mantine-color-body': '#131a18',
    '--mantine-color-text': '#dfe7e3',
    '--mantine-color-dimmed': '#95a59e',
    '--mantine-color-error': '#f08a70',
    '--mantine-color-placeholder': '#8a9a93',
    '--tenon-surface': '#1b2421',
    '--tenon-line': '#2d3935',
    '--tenon-rail': '#0b100e',
    '--tenon-rail-text': '#a9b8b1',
    '--tenon-accent': '#7fcaae',
    '--tenon-wood': '#dca251',
    '--tenon-delivered': '#62c298',
    '--tenon-retrying': '#dfa64d',
    '--tenon-dead': '#f08a70',
    '--tenon-pending': '#8db3e2',
    '--tenon-quiet': '#8a9a93',
  },
})
