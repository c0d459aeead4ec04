/** Markdown away from the page: a large text must not stop anybody's typing, nor a crafted one the page. */

import { toPieces } from './markdown';

addEventListener('message', ({ data }: MessageEvent<string>) => postMessage(toPieces(data)));
