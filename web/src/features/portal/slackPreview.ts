/**
 * What a payload in Slack's shape will look like, as far as a preview has to know: its text and its attachments. The
 * server reads all of Slack's markup, and blocks besides. Pure.
 */

import { isRecord } from './json/rules';

type Payload = Record<string, unknown>;

const named: Record<string, number> = { good: 0x2eb886, warning: 0xdaa038, danger: 0xa30200 };

/** Whether a payload has cards as only Slack has them: then its text is in Slack's markup, too. */
export function isSlacks({ attachments, blocks }: Payload): boolean {
  return blocks !== undefined || (Array.isArray(attachments) && attachments.length > 0);
}

/** The same, in the shape that the rest of the preview reads. */
export function fromSlack({ text, attachments }: Payload): Payload {
  const parts = (Array.isArray(attachments) ? attachments : []).filter(isRecord);
  const said = [text, ...parts.map(({ pretext }) => pretext)].filter(isText).map(fromMrkdwn);
  return { content: said.join('\n\n'), embeds: parts.map(toEmbed) };
}

function toEmbed(attachment: Payload): Payload {
  const { title, title_link, text, fallback, color, author_name, author_link, fields, footer } = attachment;
  return {
    title,
    url: title_link,
    description: isText(text) ? fromMrkdwn(text) : isText(title) ? undefined : fallback,
    color: colourOf(color),
    author: { name: author_name, url: author_link },
    fields: (Array.isArray(fields) ? fields : []).filter(isRecord).map((field) => ({
      name: field.title,
      value: isText(field.value) ? fromMrkdwn(field.value) : field.value,
      inline: field.short === true,
    })),
    footer: { text: footer },
  };
}

function colourOf(color: unknown): number | undefined {
  if (typeof color !== 'string') return undefined;
  const [, hex] = /^#?([0-9a-f]{6})$/i.exec(color) ?? [];
  return hex === undefined ? named[color] : Number.parseInt(hex, 16);
}

/** Slack's bold, struck and links in Markdown; what stands in backquotes stays as it is. */
export function fromMrkdwn(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/(^|\W)\*(\S(?:[^*\n]*\S)?)\*(?!\w)/g, '$1**$2**')
            .replace(/(^|\W)~(\S(?:[^~\n]*\S)?)~(?!\w)/g, '$1~~$2~~')
            .replace(/<(https?:[^|>\s]+)\|([^>]+)>/g, '[$2]($1)')
            .replaceAll('&lt;', '<')
            .replaceAll('&gt;', '>')
            .replaceAll('&amp;', '&'),
    )
    .join('');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
