import type { Snippet } from './model';
import { postSnippets } from './post';

export function widgetSnippets(url: string): Snippet[] {
  const rows = [
    { kind: 'counter', label: 'Online', value: 1247 },
    { kind: 'status', label: 'API', state: 'ok', text: '200 OK' },
    { kind: 'progress', label: 'Disk', current: 42, max: 128 },
  ];
  return postSnippets({ url, body: { rows }, variable: 'CHATTER_WIDGET' });
}
