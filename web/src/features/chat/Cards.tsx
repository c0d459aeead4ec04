import { type CSSProperties, useState } from 'react';
import { text } from '../../messages';
import type { Card, CardPicture } from '../../store/cards';
import { Html } from '../../ui/Html';
import { Moment } from '../../ui/Moment';
import { useCardMarkdown } from './useCardMarkdown';

/** The cards of an app's message. Nothing of them is loaded from elsewhere: this server shows their pictures. */
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
  const { title, description, url, colour, author, fields, footer, timestamp, images, thumbnail } = card;
  const style = colour === null ? undefined : ({ '--card': colour } as CSSProperties);
  return (
    <section className="card-embed" style={style} aria-label={title || author?.name || undefined} dir="auto">
      {thumbnail === null ? null : <PictureView picture={thumbnail} className="card-thumbnail" />}
      {author === null ? null : (
        <p className="card-author">
          <Icon from={author.icon} />
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
      {images.map((picture, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two of them may be the same
        <PictureView key={index} picture={picture} className="card-image" />
      ))}
      {footer === '' && timestamp === null ? null : (
        <p className="card-footer">
          <Icon from={card.footerIcon} />
          {footer === '' ? null : <span>{footer}</span>}
          {timestamp === null ? null : <Moment at={timestamp} />}
        </p>
      )}
    </section>
  );
}

/** A picture in the room that is kept for it; where it cannot be shown, a link to it. */
function PictureView({ picture, className }: { picture: CardPicture; className: string }) {
  const [broken, setBroken] = useState<string>();
  const { url, shown } = picture;
  const name = `${text.servers.cardImage}: ${new URL(url).host}`;
  if (shown === null || shown === broken) {
    return (
      <p className="card-elsewhere">
        <Linked url={url}>{name}</Linked>
      </p>
    );
  }
  return (
    <p className={className}>
      <Linked url={url}>
        <img src={shown} alt={name} loading="lazy" decoding="async" onError={() => setBroken(shown)} />
      </Linked>
    </p>
  );
}

/** Decoration: the name stands beside it. */
function Icon({ from }: { from: string | null }) {
  const [broken, setBroken] = useState<string>();
  if (from === null || from === broken) return null;
  return (
    <img
      className="card-icon"
      src={from}
      alt=""
      width={20}
      height={20}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(from)}
    />
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
