/** A template as it is written: Liquid in every part. */
export type TemplateSource = {
  description: string | null
  subject: string
  html: string | null
  text: string | null
  usesLayout: boolean
}

/** What stands around the others; `content` is theirs. */
export const layoutName = 'layout'

const button = (words: string, url: string) =>
  `<p><a href="{{ ${url} }}" style="display:inline-block;padding:10px 18px;background:#1f2937;color:#ffffff;text-decoration:none;border-radius:6px">${words}</a></p>`
const when = '{{ startsAt | in_zone: timezone }}{% if timezone %} ({{ timezone }}){% endif %}'
const details = `<p><strong>{{ title | default: "Your appointment" }}</strong><br>${when}{% if location %}<br>{{ location }}{% endif %}</p>
{% if meetingUrl %}${button('Join the meeting', 'meetingUrl')}{% endif %}`
const manage = '{% if manageUrl %}<p><a href="{{ manageUrl }}">Change or cancel</a></p>{% endif %}'
const greeting = '<p>Hello{% if name %} {{ name }}{% endif %},</p>'

const booking = (description: string, subject: string, opening: string, rest: string): TemplateSource => ({
  description,
  subject,
  html: `${greeting}\n<p>${opening}</p>\n${details}\n${rest}`,
  text: null,
  usesLayout: true,
})

const staff = (description: string, subject: string, rest: string): TemplateSource => ({
  description,
  subject,
  html: `<p><strong>{{ firstName }} {{ lastName }}</strong> {{ email }}{% if phone %}, {{ phone }}{% endif %}{% if company %}, {{ company }}{% endif %}</p>
${rest}{% if message %}<p>{{ message }}</p>{% endif %}`,
  text: null,
  usesLayout: true,
})

/** Templates that every workspace has until it writes its own of the same name. */
export const builtInTemplates: { readonly [name: string]: TemplateSource } = {
  [layoutName]: {
    description: 'Stands around the others; {{ content | raw }} is where they go.',
    subject: '',
    html: `<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;background:#f3f4f6;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;color:#111827;line-height:1.5">
<div style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border-radius:8px">
{{ content | raw }}
</div>
{% if workspaceName %}<p style="max-width:560px;margin:16px auto 0;font-size:13px;color:#6b7280">{{ workspaceName }}</p>{% endif %}
</body></html>`,
    text: '{{ content }}{% if workspaceName %}\n\n-- \n{{ workspaceName }}{% endif %}',
    usesLayout: false,
  },
  'booking.confirmation': booking(
    'To who booked: name, title, startsAt, timezone, location, meetingUrl, manageUrl.',
    'Confirmed: {{ title | default: "your appointment" }}',
    'your appointment is confirmed.',
    manage,
  ),
  'booking.updated': booking(
    'When a booking was moved or changed; as booking.confirmation.',
    'Changed: {{ title | default: "your appointment" }}',
    'your appointment has changed. This is how it stands now:',
    manage,
  ),
  'booking.reminder': booking(
    'Before a booking; as booking.confirmation.',
    'Reminder: {{ title | default: "your appointment" }}',
    'this is a reminder of your appointment.',
    manage,
  ),
  'booking.cancelled': booking(
    'When a booking was called off; as booking.confirmation, and reason.',
    'Cancelled: {{ title | default: "your appointment" }}',
    'your appointment was cancelled{% if reason %}: {{ reason }}{% else %}.{% endif %}',
    '',
  ),
  'consultation.alternatives': {
    description:
      'To who asked for a consultation, where no preferred time suited: name, service, timezone, offers with startsAt and url.',
    subject: 'Times for your consultation',
    html: `${greeting}
{% if offers.size > 0 %}<p>the times that you prefer are taken. These are free; the first click has it:</p>
<ul>{% for offer in offers %}<li><a href="{{ offer.url }}">{{ offer.startsAt | in_zone: timezone }}</a></li>{% endfor %}</ul>{% if timezone %}<p>All times are of {{ timezone }}.</p>{% endif %}
{% else %}<p>thank you for asking for a consultation. We will write to you to find a time.</p>{% endif %}`,
    text: null,
    usesLayout: true,
  },
  'consultation.requested': staff(
    'To the consultant and to sales, when somebody asks for a consultation.',
    'Consultation requested{% if service %}: {{ service }}{% endif %}',
    '{% if preferredTimes.size > 0 %}<p>Preferred times:</p><ul>{% for time in preferredTimes %}<li>{{ time | in_zone: timezone }}{% if timezone %} ({{ timezone }}){% endif %}</li>{% endfor %}</ul>{% endif %}',
  ),
  'consultation.scheduled': staff(
    'To the consultant and to sales, when a consultation got its time.',
    'Consultation scheduled{% if service %}: {{ service }}{% endif %}',
    `<p>${when}</p>`,
  ),
  test: {
    description: 'Shows that mail arrives.',
    subject: 'This is a test',
    html: '<p>This mail shows that your e-mail integration works.</p>',
    text: null,
    usesLayout: true,
  },
}
