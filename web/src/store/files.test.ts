import { describe, expect, it } from 'vitest';
import { fitted, parseFiles } from './files';

const secret = '0123456789abcdef0123456789abcdef';

describe('the files of a message', () => {
  it('are told from their stored names', () => {
    expect(parseFiles(`${secret}_notes.txt`)).toEqual([
      { stored: `${secret}_notes.txt`, name: 'notes.txt', picture: null },
    ]);
    expect(parseFiles(`${secret}_640x480_a_b.png`)[0]).toMatchObject({
      name: 'a_b.png',
      picture: { width: 640, height: 480 },
    });
    expect(parseFiles(`${secret}_1x1_a.txt`)[0]).toMatchObject({ name: '1x1_a.txt', picture: null });
  });

  it('may be several, none, or something else', () => {
    expect(parseFiles(`["${secret}_a","${secret}_b"]`).map(({ name }) => name)).toEqual(['a', 'b']);
    for (const none of [null, undefined, '', '[', '[1]']) expect(parseFiles(none)).toEqual([]);
    expect(parseFiles('old.png')).toEqual([{ stored: 'old.png', name: 'old.png', picture: null }]);
  });

  it('fit into the room there is', () => {
    const room = { width: 400, height: 300 };
    expect(fitted({ width: 4000, height: 1000 }, room)).toEqual({ width: 400, height: 100 });
    expect(fitted({ width: 40, height: 10 }, room)).toEqual({ width: 40, height: 10 });
    expect(fitted({ width: 1, height: 9000 }, room)).toEqual({ width: 1, height: 300 });
  });
});
