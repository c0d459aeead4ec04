import { describe, expect, it } from 'vitest';
import { hexColour, parseCard, parseCards, webAddress } from './cards';

describe('cards', () => {
  it('are read as apps send them', () => {
    const card = parseCard({
      title: ' Build 42 ',
      description: 'All **green**',
      url: 'https://ci.example.com/42',
      color: 0x12873f,
      author: { name: 'CI', url: 'https://ci.example.com', proxy_icon_url: '/proxy/s/a' },
      fields: [
        { name: 'Branch', value: 'main', inline: true },
        { name: 'Took', value: '3 min' },
      ],
      footer: { text: 'ci.example.com', proxy_icon_url: '//evil.example/a.png' },
      timestamp: '2026-01-15T13:42:07Z',
      image: { url: 'https://ci.example.com/b.png', proxy_url: 'https://ci.example.com/b.png' },
      more_images: [{ url: 'https://ci.example.com/c.png' }, { url: 'data:image/png,x' }],
      thumbnail: { url: 'https://ci.example.com/a.png', proxy_url: '/proxy/s-1/a_2' },
    });
    expect(card).toEqual({
      title: 'Build 42',
      description: 'All **green**',
      url: 'https://ci.example.com/42',
      colour: '#12873f',
      author: { name: 'CI', url: 'https://ci.example.com/', icon: '/proxy/s/a' },
      fields: [
        { name: 'Branch', value: 'main', inline: true },
        { name: 'Took', value: '3 min', inline: false },
      ],
      footer: 'ci.example.com',
      footerIcon: null,
      timestamp: '2026-01-15T13:42:07Z',
      images: [
        { url: 'https://ci.example.com/b.png', shown: null },
        { url: 'https://ci.example.com/c.png', shown: null },
      ],
      thumbnail: { url: 'https://ci.example.com/a.png', shown: '/proxy/s-1/a_2' },
    });
  });

  it('are left out when nothing of them can be shown', () => {
    expect(parseCards(undefined)).toEqual([]);
    expect(parseCards('cards')).toEqual([]);
    expect(parseCards([null, 3, [], {}, { color: 5 }, { title: '  ' }])).toEqual([]);
  });

  it('lose what is not as it should be, and keep the rest', () => {
    const card = parseCard({
      title: 'ok',
      url: 'javascript:alert(1)',
      color: 'red',
      author: { url: 'https://x.example' },
      fields: [null, {}, { name: 'a', value: 3 }],
      timestamp: 'yesterday',
      image: { url: 'data:text/html,x' },
    });
    expect(card).toMatchObject({
      url: null,
      colour: null,
      author: null,
      fields: [{ name: 'a', value: '', inline: false }],
      timestamp: null,
      images: [],
    });
  });
});

it('takes addresses of the web and no others', () => {
  expect(webAddress('https://example.com/a b')).toBe('https://example.com/a%20b');
  expect(webAddress('http://example.com')).toBe('http://example.com/');
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '//example.com', '/a', '', 5, null]) {
    expect(webAddress(address)).toBeNull();
  }
});

it('knows colours by their number', () => {
  expect(hexColour(0)).toBe('#000000');
  expect(hexColour(0xffffff)).toBe('#ffffff');
  for (const colour of [-1, 0x1000000, 1.5, Number.NaN, '5']) expect(hexColour(colour)).toBeNull();
});
