import { describe, expect, it } from 'vitest';
import { webhookProblems } from './webhookRules';
import { widgetProblems } from './widgetRules';

const first = (payload: unknown) => widgetProblems(payload)[0];
const row = (fields: object) => first({ rows: [fields] });
const codes = (payload: unknown) => webhookProblems(payload).map(({ code }) => code);

describe('snapshots', () => {
  it('are fine as documented', () => {
    const rows = [
      { kind: 'counter', label: 'Online', value: 1247 },
      { kind: 'status', label: 'API', state: 'ok', text: '200 OK' },
      { kind: 'progress', label: 'Disk', current: 42, max: 128 },
      { kind: 'progress', label: 'Nothing', current: -1, max: 0 },
      { kind: 'text', label: 'Version', value: '' },
      { kind: 'status', label: 'Job', state: 'idle' },
    ];
    expect(widgetProblems({ rows, ttl_seconds: 60 })).toEqual([]);
  });

  it('have one to six rows', () => {
    expect(first([])).toEqual({ code: 'invalid_json', pointer: '' });
    expect(first({})).toEqual({ code: 'rows_required', pointer: '/rows' });
    expect(first({ rows: [] })).toEqual({ code: 'rows_required', pointer: '/rows' });
    const many = Array.from({ length: 7 }, () => ({ kind: 'counter', label: 'a', value: 1 }));
    expect(first({ rows: many })).toEqual({ code: 'too_many_rows', pointer: '/rows' });
  });

  it.each([
    [{}, 'kind_required', '/kind'],
    [{ kind: 'gauge', label: 'a' }, 'invalid_kind', '/kind'],
    [{ kind: 'counter', label: ' ', value: 1 }, 'label_required', '/label'],
    [{ kind: 'counter', label: 'x'.repeat(41), value: 1 }, 'label_too_long', '/label'],
    [{ kind: 'counter', label: 'a' }, 'value_required', '/value'],
    [{ kind: 'counter', label: 'a', value: null }, 'value_required', '/value'],
    [{ kind: 'counter', label: 'a', value: '1' }, 'value_not_number', '/value'],
    [{ kind: 'text', label: 'a', value: 5 }, 'value_not_string', '/value'],
    [{ kind: 'text', label: 'a', value: 'x'.repeat(121) }, 'value_too_long', '/value'],
    [{ kind: 'status', label: 'a' }, 'state_required', '/state'],
    [{ kind: 'status', label: 'a', state: 'fine' }, 'invalid_state', '/state'],
    [{ kind: 'status', label: 'a', state: 'ok', text: 1 }, 'text_not_string', '/text'],
    [{ kind: 'status', label: 'a', state: 'ok', text: 'x'.repeat(121) }, 'text_too_long', '/text'],
    [{ kind: 'progress', label: 'a', max: 1 }, 'current_required', '/current'],
    [{ kind: 'progress', label: 'a', current: 1 }, 'max_required', '/max'],
    [{ kind: 'progress', label: 'a', current: 1, max: -1 }, 'max_negative', '/max'],
  ])('refuse the row %o: %s', (fields, why, key) => {
    expect(row(fields)).toEqual({ code: `row_0:${why}`, pointer: `/rows/0${key}` });
  });

  it('count rows from 0 and letters as people do', () => {
    const fine = { kind: 'counter', label: '🙂'.repeat(40), value: 1 };
    expect(widgetProblems({ rows: [fine, 5] })).toEqual([
      { code: 'row_1:not_an_object', pointer: '/rows/1' },
    ]);
  });

  it('may say how long they are good for, within reason', () => {
    const rows = [{ kind: 'counter', label: 'a', value: 1 }];
    for (const ttl of [29, 86_401, 'long', 30.5])
      expect(widgetProblems({ rows, ttl_seconds: ttl })[0]?.pointer).toBe('/ttl_seconds');
  });
});

describe('webhook messages', () => {
  it('are fine with text in either field, or with cards alone', () => {
    expect(codes({ content: 'Hello!' })).toEqual([]);
    expect(codes({ text: 'Hello!' })).toEqual([]);
    expect(codes({ embeds: [{ title: 'Build 42', color: 0, url: 'https://ci.example.com' }] })).toEqual([]);
    expect(codes({ attachments: [{ text: 'from Slack' }] })).toEqual([]);
  });

  it('say something, once, and not too much', () => {
    expect(codes({})).toEqual(['content_required']);
    expect(codes({ content: '  ' })).toEqual(['content_required']);
    expect(codes({ content: 'a', text: 'b' })).toEqual(['content_ambiguous']);
    expect(codes({ content: 'x'.repeat(4000) })).toEqual([]);
    expect(codes({ content: 'x'.repeat(4001) })).toEqual(['content_too_long']);
    expect(codes([])).toEqual(['invalid_json']);
  });

  it('come from somebody with a name of reasonable length', () => {
    expect(codes({ content: 'a', username: 'x'.repeat(81) })).toEqual(['username_too_long']);
    expect(codes({ content: 'a', avatar_url: 'http://example.com/a.png' })).toEqual(['avatar_url_invalid']);
  });

  it.each([
    [{ content: 5 }, 'content_not_string', '/content'],
    [{ embeds: {} }, 'embeds_not_array', '/embeds'],
    [{ embeds: [5] }, 'embed_0:not_an_object', '/embeds/0'],
    [{ embeds: [{}] }, 'embed_0:empty', '/embeds/0'],
    [{ embeds: Array.from({ length: 11 }, () => ({ title: 'a' })) }, 'embed_10:too_many', '/embeds/10'],
    [{ embeds: [{ title: 5 }] }, 'embed_0:title_not_string', '/embeds/0/title'],
    [
      { embeds: [{ title: 'a', timestamp: '2026-01-15' }] },
      'embed_0:timestamp_invalid',
      '/embeds/0/timestamp',
    ],
    [{ embeds: [{ title: 'a', fields: 5 }] }, 'embed_0:fields_not_array', '/embeds/0/fields'],
    [{ embeds: [{ title: 'a', fields: [5] }] }, 'embed_0:field_0_not_an_object', '/embeds/0/fields/0'],
    [
      { embeds: [{ title: 'a', author: { name: 'a', url: 'ftp://x' } }] },
      'embed_0:author_url_invalid',
      '/embeds/0/author/url',
    ],
    [
      { embeds: [{ title: 'a', image: { url: 'http://a.example' } }] },
      'embed_0:image_url_invalid',
      '/embeds/0/image/url',
    ],
    [
      { embeds: [{ title: 'a', footer: { text: 'x'.repeat(2049) } }] },
      'embed_0:footer_text_too_long',
      '/embeds/0/footer/text',
    ],
  ])('refuse %o', (payload, code, pointer) => {
    expect(webhookProblems(payload)).toEqual([{ code, pointer }]);
  });

  it('point at all that is wrong in a card, in the order of the server', () => {
    const embeds = [
      { title: 'fine' },
      {
        title: 'x'.repeat(257),
        color: -1,
        url: 'http://a.example',
        timestamp: 'soon',
        fields: [{ name: 'a', value: 'b' }, { name: 'a' }],
      },
    ];
    expect(webhookProblems({ embeds })).toEqual([
      { code: 'embed_1:title_too_long', pointer: '/embeds/1/title' },
      { code: 'embed_1:url_invalid', pointer: '/embeds/1/url' },
      { code: 'embed_1:color_invalid', pointer: '/embeds/1/color' },
      { code: 'embed_1:timestamp_invalid', pointer: '/embeds/1/timestamp' },
      { code: 'embed_1:field_1_value_required', pointer: '/embeds/1/fields/1/value' },
    ]);
  });

  it('have cards that share 6,000 characters', () => {
    const long = Array.from({ length: 3 }, () => ({ description: 'x'.repeat(2500) }));
    expect(codes({ embeds: long })).toEqual(['embed_2:total_too_long']);
  });
});
