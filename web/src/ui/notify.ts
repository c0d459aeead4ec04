import { explain } from '../api/client';
import { noticed } from '../store/notices';
import { update } from '../store/store';
import { writeClipboard } from './clipboard';

export const notify = (words: string) => update((state) => noticed(state, 'info', words));

export const notifyError = (error: unknown) =>
  update((state) => noticed(state, 'error', typeof error === 'string' ? error : explain(error)));

/** Tells the person whether it worked: a copy nobody sees is easily lost. */
export async function copy(content: string, done: string): Promise<void> {
  try {
    await writeClipboard(content);
    notify(done);
  } catch (error) {
    notifyError(error);
  }
}
