/** A delivery is known by its event and its endpoint: `<event id>.<endpoint id>`. */
export const deliveryIdOf = (eventId: string, endpointId: string): string => `${eventId}.${endpointId}`

/** Takes apart what `deliveryIdOf` made; routes have checked its form. */
export function partsOfDeliveryId(id: string): { eventId: string; endpointId: string } {
  const [eventId, endpointId] = id.split('.')
  return { eventId: eventId!, endpointId: endpointId! }
}
