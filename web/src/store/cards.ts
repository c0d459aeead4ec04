/** The cards an app sends with a message: what is known of them, whatever else they carry. */

export interface CardField {
  name: string;
  value: string;
  inline: boolean;
}

export interface Card {
  title: string;
  description: string;
  /** http or https; null for none. */
  url: string | null;
  /** "#rrggbb" */
  colour: string | null;
  author: { name: string; url: string | null } | null;
  fields: CardField[];
  footer: string;
  /** RFC 3339 */
  timestamp: string | null;
  /** It has a picture. Pictures of other sites would tell them who reads this; their address is a link. */
  image: string | null;
}

/** Cards are written by strangers: whatever is not as it should be is left out. */
export function parseCards(embeds: unknown): Card[] {
  return Array.isArray(embeds) ? embeds.flatMap((embed) => parseCard(embed) ?? []) : [];
}

/** Null for what shows nothing. */
export function parseCard(embed: unknown): Card | null {
  if (!isRecord(embed)) return null;
  const author = isRecord(embed.author) ? embed.author : {};
  const name = words(author.name);
  const card: Card = {
    title: words(embed.title),
    description: words(embed.description),
    url: webAddress(embed.url),
    colour: hexColour(embed.color),
    author: name === '' ? null : { name, url: webAddress(author.url) },
    fields: Array.isArray(embed.fields) ? embed.fields.flatMap((field) => parseField(field) ?? []) : [],
    footer: isRecord(embed.footer) ? words(embed.footer.text) : '',
    timestamp: moment(embed.timestamp),
    image: pictureOf(embed.image) ?? pictureOf(embed.thumbnail),
  };
  const { title, description, fields, footer, image } = card;
  const empty =
    title === '' &&
    description === '' &&
    fields.length === 0 &&
    footer === '' &&
    name === '' &&
    image === null;
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

function pictureOf(value: unknown): string | null {
  return isRecord(value) ? webAddress(value.url) : null;
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
