const place = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join('/')}`

export const paths = {
  company: '/company',
  windows: '/company/schedule_availability/booking_windows',
  employees: '/employees',
  events: '/events',
  customers: '/customers',
  customer: (id: string, ...rest: string[]) => place('customers', id, ...rest),
  jobs: '/jobs',
  job: (id: string, ...rest: string[]) => place('jobs', id, ...rest),
  leads: '/leads',
  estimates: '/estimates',
  estimate: (id: string) => place('estimates', id),
} as const
