import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readBookingFilter } from '../lib/booking-in-words.ts'
import { readConsultationFilter } from '../lib/consultation-in-words.ts'
import { parent } from './signed-in.tsx'

const bookings = createRoute({
  getParentRoute: parent,
  path: '/bookings',
  validateSearch: readBookingFilter,
  component: lazyRouteComponent(() => import('../features/scheduling/bookings.tsx'), 'Bookings'),
})
const booking = createRoute({
  getParentRoute: parent,
  path: '/bookings/$bookingId',
  component: lazyRouteComponent(() => import('../features/scheduling/booking.tsx'), 'BookingPage'),
})
const consultations = createRoute({
  getParentRoute: parent,
  path: '/consultations',
  validateSearch: readConsultationFilter,
  component: lazyRouteComponent(() => import('../features/scheduling/consultations.tsx'), 'Consultations'),
})
const consultation = createRoute({
  getParentRoute: parent,
  path: '/consultations/$consultationId',
  component: lazyRouteComponent(() => import('../features/scheduling/consultation.tsx'), 'ConsultationPage'),
})
const hosts = createRoute({
  getParentRoute: parent,
  path: '/hosts',
  component: lazyRouteComponent(() => import('../features/scheduling/hosts.tsx'), 'Hosts'),
})
const host = createRoute({
  getParentRoute: parent,
  path: '/hosts/$hostId',
  component: lazyRouteComponent(() => import('../features/scheduling/host.tsx'), 'HostPage'),
})

/** The pages about appointments, who can be booked, and who asks for a consultation. */
export const schedulingRoutes = [bookings, booking, consultations, consultation, hosts, host]
