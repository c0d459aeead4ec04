/** Uploading. Progress is known to `XMLHttpRequest` alone, which is why this does not go through `fetch`. */

import { text } from '../messages';
import { words } from '../messages/files';
import { ApiError, api, read } from './client';

interface Upload {
  /** What the form's field is called. */
  field: string;
  file: File;
  /** From 0 to 1. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** Uploads a file for a message; its stored name. */
export async function uploadFile(upload: Omit<Upload, 'field'>): Promise<string> {
  const { filename } = await post<{ filename: string }>('/api/upload', { ...upload, field: 'file' });
  return filename;
}

/** Uploads one's avatar; its name under `/uploads/`. */
export async function uploadAvatar(file: File): Promise<string> {
  const { avatar } = await post<{ avatar: string }>('/api/upload/avatar', { file, field: 'avatar' });
  return avatar;
}

export const deleteAvatar = () => read(api.POST('/api/delete/avatar'));

/** How large a stored file is, in bytes; null when it is gone. */
export async function sizeOf(stored: string): Promise<number | null> {
  const answer = await fetch(uploadPath(stored), { method: 'HEAD', credentials: 'same-origin' });
  return answer.ok ? Number(answer.headers.get('content-length') ?? 0) : null;
}

/** Where a stored file is. */
export const uploadPath = (stored: string) =>
  `/uploads/${stored.split('/').map(encodeURIComponent).join('/')}`;

function post<T>(path: string, { field, file, onProgress, signal }: Upload): Promise<T> {
  const form = new FormData();
  form.append(field, file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress?.(event.total === 0 ? 0 : event.loaded / event.total);
    request.onload = () => {
      const body = request.response as { ok?: boolean; code?: string; error?: string } | null;
      if (request.status === 200 && body !== null) resolve(body as T);
      else
        reject(
          new ApiError(
            request.status,
            body?.code ?? String(request.status),
            refusal(request.status, body?.error),
          ),
        );
    };
    request.onerror = () => reject(new ApiError(0, 'unreachable', text.errors.unreachable));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

/** A proxy refuses without words of ours. */
function refusal(status: number, words_: string | undefined): string {
  return words_ ?? (status === 413 ? words.tooLarge : text.errors.status(status));
}
