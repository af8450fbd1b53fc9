import { ConnectorError } from '../../kit/index.ts'

/** An error as nodemailer makes them. */
export type SmtpFailure = Error & { code?: string; responseCode?: number; response?: string; command?: string }

/** How OpenSSL speaks of a certificate that it does not accept. */
const aboutCertificate = /certificate|altname|self.signed|unable to verify|wrong version number/i

/** What a reply means (RFC 5321, 4.2.1): 4xx may pass, 5xx will not. */
export function failureOf(error: SmtpFailure, isHanded: boolean): ConnectorError {
  const { code, responseCode: status, response, message, command = '' } = error
  const said = response?.replace(/\s+/g, ' ').slice(0, 300)
  const facts = { cause: error, ...(status === undefined ? {} : { status }), vendorMessage: said }
  if (code === 'ETLS' || (status === undefined && aboutCertificate.test(message))) {
    const why = `SMTP: no encrypted connection could be made: ${message}; check encryption, port and certificate`
    return new ConnectorError('CONFIG_SCHEMA_INVALID', `${why} (CONFIG_SCHEMA_INVALID)`, facts)
  }
  if (status === undefined) {
    const doubt = isHanded ? '; whether it took the mail is not known' : ''
    return new ConnectorError(
      'CONNECTION_FAILED',
      `SMTP: the server broke off: ${message}${doubt} (CONNECTION_FAILED)`,
      {
        ...facts,
        ambiguous: isHanded,
      },
    )
  }
  if (status >= 400 && status < 500) {
    if (/\b4\.7\.\d+\b|rate|too many|throttl|greylist/i.test(said ?? ''))
      return new ConnectorError(
        'RATE_LIMIT_EXCEEDED',
        `SMTP: the server asks us to come back: ${said} (RATE_LIMIT_EXCEEDED)`,
        facts,
      )
    return new ConnectorError(
      'PROCESSING_ERROR',
      `SMTP: the server cannot take it now: ${said} (PROCESSING_ERROR)`,
      facts,
    )
  }
  if (code === 'EAUTH' || command.startsWith('AUTH') || status === 530 || status === 535)
    return new ConnectorError(
      'AUTH_ERROR',
      `SMTP: the server does not accept user and password: ${said} (AUTH_ERROR)`,
      facts,
    )
  return new ConnectorError('VENDOR_REJECTED', `SMTP: the server refused the e-mail: ${said} (VENDOR_REJECTED)`, facts)
}
