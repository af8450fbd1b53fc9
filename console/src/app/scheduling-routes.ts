import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readBookingFilter } from '../lib/booking-in-words.ts'
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
const hosts = createRoute({
  getParentRoute: parent,
  path: '/hosts',
  component: lazyRouteComponent(() => import('../features/scheduling/hosts.tsx'), 'Hosts'),
})

/** The pages about appointments and who can be booked. */
export const schedulingRoutes = [bookings, booking, hosts]
