/** The logo of a template, or its first letter; the name stands beside it. */
export const TemplateIcon = ({ icon, name, size = 32 }: { icon: string | null; name: string; size?: number }) => (
  <span className="template-icon" style={{ width: size, height: size }} aria-hidden="true">
    {icon ? <img src={icon} alt="" width={size} height={size} /> : name.charAt(0)}
  </span>
)
