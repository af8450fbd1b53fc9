/** The mark: a tenon (light) let into its mortise (dark), seen from the side. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 4h13v7H9v10h7v7H3z" fill="var(--tenon-mortise, var(--tenon-accent))" />
      <path d="M11 13h7V4h11v24H18v-9h-7z" fill="var(--tenon-wood)" />
    </svg>
  )
}
