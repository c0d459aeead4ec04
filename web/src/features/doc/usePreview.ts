import { useEffect, useState } from 'react';
import type * as Y from 'yjs';
import type { Piece } from './markdown';
import workerPath from './markdown.worker?worker&url';

/** After a change, and then as long again as making the last one took, a few times over. */
const PAUSE_MS = 150;
const REST = 4;

/** No honest text takes this long. */
const PATIENCE_MS = 8000;

export interface PreviewState {
  /** HTML that is not sanitised yet; null until there is some. */
  pieces: Piece[] | null;
  failed: boolean;
}

/** Into the browser's cache. */
export const loadWorker = () => fetch(workerPath);

/** The text as HTML, while it changes. */
export function usePreview(text: Y.Text): PreviewState {
  const [state, setState] = useState<PreviewState>({ pieces: null, failed: false });
  useEffect(() => {
    const renderer = new Renderer(text, setState);
    return () => renderer.stop();
  }, [text]);
  return state;
}

class Renderer {
  readonly #text: Y.Text;
  readonly #show: (state: PreviewState) => void;
  #worker: Worker | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #began = 0;
  #busy = false;
  #changed = false;
  readonly #onChange = () => this.#schedule(PAUSE_MS);

  constructor(text: Y.Text, show: (state: PreviewState) => void) {
    this.#text = text;
    this.#show = show;
    text.observe(this.#onChange);
    this.#render();
  }

  stop(): void {
    this.#text.unobserve(this.#onChange);
    clearTimeout(this.#timer);
    this.#worker?.terminate();
  }

  /** Not put off by further changes: somebody is always writing. */
  #schedule(after: number): void {
    if (this.#changed) return;
    this.#changed = true;
    if (!this.#busy) this.#timer = setTimeout(() => this.#render(), after);
  }

  #render(): void {
    this.#changed = false;
    this.#busy = true;
    this.#began = performance.now();
    this.#worker ??= this.#start();
    this.#timer = setTimeout(() => this.#fail(), PATIENCE_MS);
    this.#worker.postMessage(this.#text.toString());
  }

  #start(): Worker {
    const worker = new Worker(workerPath, { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Piece[]>) => {
      this.#show({ pieces: data, failed: false });
      this.#rest(REST * (performance.now() - this.#began));
    });
    worker.addEventListener('error', () => this.#fail());
    return worker;
  }

  #fail(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#show({ pieces: null, failed: true });
    this.#rest(PATIENCE_MS);
  }

  #rest(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#busy = false;
    const again = this.#changed;
    this.#changed = false;
    if (again) this.#schedule(Math.max(PAUSE_MS, milliseconds));
  }
}
