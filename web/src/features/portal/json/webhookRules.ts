import { parseCards } from '../../../store/cards';
import { type Fields, isAbsent, isHttps, isRecord, lengthOf, type Problem } from './rules';

const LONGEST_CONTENT = 4000;
const LONGEST_NAME = 80;
const MOST_EMBEDS = 10;
const LONGEST_EMBEDS = 6000;
const MOST_FIELDS = 25;

/** What is wrong with a message in Discord's or Slack's words, as far as it can be told without the server. */
export function webhookProblems(payload: unknown): Problem[] {
  if (!isRecord(payload)) return [{ code: 'invalid_json', pointer: '' }];
  return [...contentProblems(payload), ...senderProblems(payload), ...embedProblems(payload.embeds)];
}

function contentProblems({ content, text, embeds, attachments, blocks }: Fields): Problem[] {
  for (const [value, pointer] of [
    [content, '/content'],
    [text, '/text'],
  ] as const) {
    if (typeof value === 'string' && lengthOf(value.trim()) > LONGEST_CONTENT)
      return [{ code: 'content_too_long', pointer }];
  }
  const both = typeof content === 'string' && typeof text === 'string';
  if (both && content !== text) return [{ code: 'content_ambiguous', pointer: '/text' }];
  const words = typeof content === 'string' ? content : text;
  const said = typeof words === 'string' && words.trim() !== '';
  const more = [embeds, attachments, blocks].some((list) => Array.isArray(list) && list.length > 0);
  return said || more ? [] : [{ code: 'content_required', pointer: '/content' }];
}

function senderProblems({ username, avatar_url: avatar }: Fields): Problem[] {
  const found: Problem[] = [];
  if (typeof username === 'string' && lengthOf(username.trim()) > LONGEST_NAME)
    found.push({ code: 'username_too_long', pointer: '/username' });
  if (!isAbsent(avatar) && !isHttps(avatar))
    found.push({ code: 'avatar_url_invalid', pointer: '/avatar_url' });
  return found;
}

function embedProblems(embeds: unknown): Problem[] {
  if (isAbsent(embeds)) return [];
  if (!Array.isArray(embeds)) return [{ code: 'embeds_invalid', pointer: '/embeds' }];
  const found: Problem[] = [];
  if (embeds.length > MOST_EMBEDS) found.push({ code: 'too_many_embeds', pointer: '/embeds' });
  let total = 0;
  embeds.forEach((embed, index) => {
    const problems = isRecord(embed) ? inEmbed(embed) : [{ key: '', why: 'not_an_object' }];
    for (const { key, why } of problems)
      found.push({ code: `embed_${index}:${why}`, pointer: `/embeds/${index}${key}` });
    total += textOf(embed);
    if (total > LONGEST_EMBEDS && total - textOf(embed) <= LONGEST_EMBEDS)
      found.push({ code: `embed_${index}:total_too_long`, pointer: `/embeds/${index}` });
  });
  return found;
}

interface Flaw {
  key: string;
  why: string;
}

function inEmbed(embed: Fields): Flaw[] {
  const found: Flaw[] = [];
  const text = (value: unknown, key: string, name: string, most: number) => {
    if (isAbsent(value)) return;
    if (typeof value !== 'string') found.push({ key, why: `${name}_not_string` });
    else if (lengthOf(value.trim()) > most) found.push({ key, why: `${name}_too_long` });
  };
  text(embed.title, '/title', 'title', 256);
  text(embed.description, '/description', 'description', 4096);
  if (isRecord(embed.author)) text(embed.author.name, '/author/name', 'author_name', 256);
  if (isRecord(embed.footer)) text(embed.footer.text, '/footer/text', 'footer_text', 2048);
  const { color, url, timestamp, fields } = embed;
  if (
    !isAbsent(color) &&
    !(typeof color === 'number' && Number.isInteger(color) && color >= 0 && color <= 0xffffff)
  )
    found.push({ key: '/color', why: 'color_invalid' });
  if (!isAbsent(url) && !isHttps(url)) found.push({ key: '/url', why: 'url_invalid' });
  for (const part of ['image', 'thumbnail']) {
    const picture = embed[part];
    if (isRecord(picture) && !isHttps(picture.url))
      found.push({ key: `/${part}/url`, why: `${part}_url_invalid` });
  }
  if (!isAbsent(timestamp) && !(typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp))))
    found.push({ key: '/timestamp', why: 'timestamp_invalid' });
  if (isAbsent(fields)) return found;
  if (!Array.isArray(fields)) return [...found, { key: '/fields', why: 'fields_invalid' }];
  if (fields.length > MOST_FIELDS) found.push({ key: '/fields', why: 'too_many_fields' });
  fields.forEach((field, index) => {
    if (!isRecord(field)) return;
    for (const [name, most] of [
      ['name', 256],
      ['value', 1024],
    ] as const) {
      const key = `/fields/${index}/${name}`;
      if (isAbsent(field[name]) || field[name] === '') found.push({ key, why: `field_${name}_required` });
      else text(field[name], key, `field_${name}`, most);
    }
  });
  return found;
}

/** How much of the 6,000 characters that all cards share. */
function textOf(embed: unknown): number {
  const [card] = parseCards([embed]);
  if (card === undefined) return 0;
  const { title, description, footer, author, fields } = card;
  const words = [
    title,
    description,
    footer,
    author?.name ?? '',
    ...fields.flatMap(({ name, value }) => [name, value]),
  ];
  return words.reduce((sum, text) => sum + lengthOf(text), 0);
}
