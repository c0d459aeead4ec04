/** The cards an app sends with a message: what is known of them, whatever else they carry. */

export interface CardField {
  name: string;
  value: string;
  inline: boolean;
}

/** A picture of another site. */
export interface CardPicture {
  /** Where it is. Loaded from there it would tell the other site who reads this: it is a link at most. */
  url: string;
  /** Where this server shows it; null when it does not. */
  shown: string | null;
}

export interface Card {
  title: string;
  description: string;
  /** http or https; null for none. */
  url: string | null;
  /** "#rrggbb" */
  colour: string | null;
  author: { name: string; url: string | null; icon: string | null } | null;
  fields: CardField[];
  footer: string;
  /** Where this server shows the picture beside it. */
  footerIcon: string | null;
  /** RFC 3339 */
  timestamp: string | null;
  images: CardPicture[];
  /** A small one beside the text. */
  thumbnail: CardPicture | null;
}

/** Cards are written by strangers: whatever is not as it should be is left out. */
export function parseCards(embeds: unknown): Card[] {
  return Array.isArray(embeds) ? embeds.flatMap((embed) => parseCard(embed) ?? []) : [];
}

/** Null for what shows nothing. */
export function parseCard(embed: unknown): Card | null {
  if (!isRecord(embed)) return null;
  const author = isRecord(embed.author) ? embed.author : {};
  const footer = isRecord(embed.footer) ? embed.footer : {};
  const more = Array.isArray(embed.more_images) ? embed.more_images : [];
  const name = words(author.name);
  const card: Card = {
    title: words(embed.title),
    description: words(embed.description),
    url: webAddress(embed.url),
    colour: hexColour(embed.color),
    author: name === '' ? null : { name, url: webAddress(author.url), icon: proxied(author.proxy_icon_url) },
    fields: Array.isArray(embed.fields) ? embed.fields.flatMap((field) => parseField(field) ?? []) : [],
    footer: words(footer.text),
    footerIcon: proxied(footer.proxy_icon_url),
    timestamp: moment(embed.timestamp),
    images: [embed.image, ...more].flatMap((picture) => pictureOf(picture) ?? []),
    thumbnail: pictureOf(embed.thumbnail),
  };
  const empty =
    [card.title, card.description, card.footer, name].every((part) => part === '') &&
    card.fields.length + card.images.length === 0 &&
    card.thumbnail === null;
  return empty ? null : card;
}

/** Only addresses of the web: anything else in a link could be run. */
export function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

export function hexColour(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffff) return null;
  return `#${value.toString(16).padStart(6, '0')}`;
}

function parseField(field: unknown): CardField | null {
  if (!isRecord(field)) return null;
  const name = words(field.name);
  const value = words(field.value);
  return name === '' && value === '' ? null : { name, value, inline: field.inline === true };
}

function pictureOf(value: unknown): CardPicture | null {
  const url = isRecord(value) ? webAddress(value.url) : null;
  return url === null || !isRecord(value) ? null : { url, shown: proxied(value.proxy_url) };
}

/** Only where this server shows pictures. */
export function proxied(value: unknown): string | null {
  return typeof value === 'string' && /^\/proxy\/[\w-]+\/[\w-]+$/.test(value) ? value : null;
}

function moment(value: unknown): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
