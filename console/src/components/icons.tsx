const shapes = {
  overview: 'M3 20V11M9 20V4M15 20v-7M21 20V8',
  events: 'M4 6h16M4 12h10M4 18h13',
  endpoints: 'M4 12h9M13 5h7v14h-7z',
  deliveries: 'M3 12h13M11 6l6 6-6 6M21 5v14',
  replay: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5',
  keys: 'M14 10a4.5 4.5 0 1 0-4.5 4.5L12 12h3v3h3v3h3v-3.5L14 8',
  types: 'M4 4h7v7H4zM13 13h7v7h-7zM13 4h7v7h-7zM4 13h7v7H4z',
  members:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6M16 4.500a3.5 3.5 0 0 1 0 6.200M18 14.300c2 .8 3.2 2.7 3.5 5.7',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  workspaces: 'M4 9h16v11H4zM8 9V4h8v5',
  integrations: 'M9 3v6M15 3v6M6 9h12v3a6 6 0 0 1-12 0zM12 18v4',
  catalogue: 'M4 5h7v14H4zM13 5h7v14h-7zM7 9h1M16 9h1',
  inbound: 'M21 12H8M13 6l-6 6 6 6M3 5v14',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  pipeline: 'M4 4h4v16H4zM10 4h4v11h-4zM16 4h4v7h-4z',
  call: 'M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z',
  mail: 'M3 6h18v13H3zM3 7l9 7 9-7',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700l-1.300 1.300M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.300',
  agent: 'M5 8h14v10H5zM12 8V4M9 12v2M15 12v2M2 12v3M22 12v3',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M4 12.500l5 5L20 6.5',
  down: 'M5 9l7 7 7-7',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14.500A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.500z',
  auto: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
} as const

/** A drawn icon that says nothing to a screen reader: the words beside it, or its button's label, do. */
export function Icon({ name, size = 18 }: { name: keyof typeof shapes; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="square"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      <path d={shapes[name]} />
    </svg>
  )
}
