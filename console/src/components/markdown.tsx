import { lexer, type Token, type Tokens } from 'marked'
import { Fragment, type ReactNode } from 'react'

/**
 * Markdown as elements of the page. Nothing in it can become markup of its own: HTML is shown as text, links lead to the web only,
 * pictures are left out. Headings begin below those of the page.
 */
export const Markdown = ({ text }: { text: string }) => <div className="markdown">{blocks(lexer(text))}</div>

const blocks = (tokens: Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change under the reader
  tokens?.map((token, index) => <Fragment key={index}>{block(token)}</Fragment>)

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'heading': {
      const Heading = `h${Math.min(6, (token as Tokens.Heading).depth + 1)}` as 'h2'
      return <Heading>{spans(token.tokens)}</Heading>
    }
    case 'paragraph':
      return <p>{spans(token.tokens)}</p>
    case 'text':
      return token.tokens ? spans(token.tokens) : token.text
    case 'list':
      return list(token as Tokens.List)
    case 'table':
      return table(token as Tokens.Table)
    case 'blockquote':
      return <blockquote>{blocks(token.tokens)}</blockquote>
    case 'code':
      return <pre className="code">{token.text}</pre>
    case 'hr':
      return <hr />
    case 'space':
    case 'def':
      return null
    default:
      return <p>{token.raw}</p>
  }
}

function list({ ordered, start, items }: Tokens.List): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change under the reader
  const entries = items.map((item, index) => <li key={index}>{blocks(item.tokens)}</li>)
  return ordered ? <ol start={start || 1}>{entries}</ol> : <ul>{entries}</ul>
}

function table({ header, rows }: Tokens.Table): ReactNode {
  return (
    <div className="table-box">
      <table>
        <thead>
          <tr>
            {header.map((cell) => (
              <th key={cell.text}>{spans(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.map(({ text }) => text).join('|')}>
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no identity but its place
                <td key={index}>{spans(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const spans = (tokens: Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change under the reader
  tokens?.map((token, index) => <Fragment key={index}>{span(token)}</Fragment>)

function span(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{spans(token.tokens)}</strong>
    case 'em':
      return <em>{spans(token.tokens)}</em>
    case 'del':
      return <del>{spans(token.tokens)}</del>
    case 'codespan':
      return <code>{token.text}</code>
    case 'br':
      return <br />
    case 'link':
      return link(token as Tokens.Link)
    case 'image':
      return token.text
    case 'escape':
      return token.text
    case 'text':
      return token.tokens ? spans(token.tokens) : token.text
    default:
      return token.raw
  }
}

const link = ({ href, tokens }: Tokens.Link): ReactNode =>
  /^https?:\/\//i.test(href) ? (
    <a href={href} target="_blank" rel="noreferrer" className="text-link">
      {spans(tokens)}
    </a>
  ) : (
    spans(tokens)
  )
