import { parseCards } from '../../../store/cards';
import { Reading } from './reading';
import { isAbsent, isRecord, lengthOf, type Problem } from './rules';

const LONGEST_CONTENT = 4000;
const LONGEST_NAME = 80;
const MOST_EMBEDS = 10;
const LONGEST_EMBEDS = 6000;
const MOST_FIELDS = 25;

/**
 * What is wrong with a message in Discord's or Slack's words, in the order in which the server looks; as far as it can
 * be told without it: whether a name is taken, or an answered message there, it alone knows.
 */
export function webhookProblems(payload: unknown): Problem[] {
  if (!isRecord(payload)) return [{ code: 'invalid_json', pointer: '' }];
  const found: Problem[] = [];
  const post = new Reading(payload, '', '', found);
  const said = content(post);
  embeds(post, found);
  const more = ['embeds', 'attachments', 'blocks'].some((name) => {
    const list = post.get(name);
    return Array.isArray(list) ? list.length > 0 : !isAbsent(list);
  });
  if (!said && !more) post.refuse('content', 'content_required');
  post.text('username', LONGEST_NAME);
  post.https('avatar_url');
  return found;
}

/** Whether there is any; text of the wrong kind is some, too. */
function content(post: Reading): boolean {
  const words = post.text('content', LONGEST_CONTENT);
  const slack = typeof post.get('text') === 'string' ? String(post.get('text')).trim() : '';
  if (words !== '' && slack !== '' && words !== slack) post.refuse('text', 'content_ambiguous');
  else if (lengthOf(slack) > LONGEST_CONTENT) post.refuse('text', 'content_too_long');
  const odd = post.get('content');
  return words !== '' || slack !== '' || (!isAbsent(odd) && typeof odd !== 'string');
}

function embeds(post: Reading, found: Problem[]): void {
  const list = post.list('embeds');
  if (list.length > MOST_EMBEDS) {
    found.push({ code: `embed_${MOST_EMBEDS}:too_many`, pointer: `/embeds/${MOST_EMBEDS}` });
    return;
  }
  let total = 0;
  list.forEach((value, index) => {
    const pointer = `/embeds/${index}`;
    if (!isRecord(value)) {
      found.push({ code: `embed_${index}:not_an_object`, pointer });
      return;
    }
    const embed = new Reading(value, pointer, `embed_${index}:`, found);
    const before = found.length;
    inEmbed(embed);
    const [card] = parseCards([value]);
    if (card === undefined && found.length === before) embed.refuse('', 'empty');
    const length = textOf(value);
    if (total <= LONGEST_EMBEDS && total + length > LONGEST_EMBEDS) embed.refuse('', 'total_too_long');
    total += length;
  });
}

function inEmbed(embed: Reading): void {
  embed.text('title', 256);
  embed.https('url');
  embed.text('description', 4096);
  const color = embed.get('color');
  const isColour = typeof color === 'number' && Number.isInteger(color) && color >= 0 && color <= 0xffffff;
  if (!isAbsent(color) && !isColour) embed.refuse('color', 'color_invalid');
  const timestamp = embed.get('timestamp');
  if (!isAbsent(timestamp) && !isMoment(timestamp)) embed.refuse('timestamp', 'timestamp_invalid');
  const author = embed.object('author');
  author?.text('name', 256);
  author?.https('url');
  author?.https('icon_url');
  for (const field of embed.objects('fields', 'field', MOST_FIELDS)) {
    for (const [name, most] of [
      ['name', 256],
      ['value', 1024],
    ] as const) {
      const blank = isAbsent(field.get(name)) || field.get(name) === '';
      if (blank) field.refuse(name, `${name}_required`);
      else field.text(name, most);
    }
  }
  embed.object('image')?.https('url');
  embed.object('thumbnail')?.https('url');
  const footer = embed.object('footer');
  footer?.text('text', 2048);
  footer?.https('icon_url');
}

/** RFC 3339: a date alone is none. */
function isMoment(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
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
