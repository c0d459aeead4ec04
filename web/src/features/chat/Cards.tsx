import type { CSSProperties } from 'react';
import { text } from '../../messages';
import type { Card } from '../../store/cards';
import { Html } from '../../ui/Html';
import { Moment } from '../../ui/Moment';
import { useCardMarkdown } from './useCardMarkdown';

/** The cards of an app's message. Nothing of them is loaded from elsewhere: pictures are links. */
export function Cards({ cards }: { cards: Card[] }) {
  return (
    <div className="cards">
      {cards.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no identity of their own, and never move
        <CardView key={index} card={card} />
      ))}
    </div>
  );
}

function CardView({ card }: { card: Card }) {
  const { title, description, url, colour, author, fields, footer, timestamp, image } = card;
  const style = colour === null ? undefined : ({ '--card': colour } as CSSProperties);
  return (
    <section className="card-embed" style={style} aria-label={title || author?.name || undefined} dir="auto">
      {author === null ? null : (
        <p className="card-author">
          <Linked url={author.url}>{author.name}</Linked>
        </p>
      )}
      {title === '' ? null : (
        <p className="card-title">
          <Linked url={url}>{title}</Linked>
        </p>
      )}
      {description === '' ? null : <Words source={description} />}
      {fields.length === 0 ? null : (
        <dl className="card-fields">
          {fields.map((field, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two fields may say the same
            <div key={index} data-inline={field.inline}>
              <dt>{field.name}</dt>
              <dd>
                <Words source={field.value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {image === null ? null : (
        <p className="card-image">
          <Linked url={image}>
            {text.servers.cardImage}: {new URL(image).host}
          </Linked>
        </p>
      )}
      {footer === '' && timestamp === null ? null : (
        <p className="card-footer">
          {footer === '' ? null : <span>{footer}</span>}
          {timestamp === null ? null : <Moment at={timestamp} />}
        </p>
      )}
    </section>
  );
}

function Linked({ url, children }: { url: string | null; children: React.ReactNode }) {
  if (url === null) return children;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** As plain text until the code for Markdown is here. */
function Words({ source }: { source: string }) {
  const render = useCardMarkdown();
  return render === null ? (
    <div className="prose prose-inline">{source}</div>
  ) : (
    <Html html={render(source)} />
  );
}
