/** A file from our node, saved by the browser; a refusal is told on the page, not in the file. */

import { refusalOf, reach } from './api';

/**
 * Fetch a file, telling how many bytes have come, and hand it to the browser under the name that the node gives.
 *
 * `method`: POST where the node signs it for whoever presses.
 */
export async function download(path: string, method: 'GET' | 'POST', tell: (done: number, total: number) => void): Promise<string> {
  const asked = method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {};
  const response = await reach(path, { ...asked, method, credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok || !response.body) throw await refusalOf(response);
  const total = Number(response.headers.get('content-length') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { value } = await reader.read();
    if (!value) break;
    pieces.push(value);
    done += value.byteLength;
    tell(done, total);
  }
  const name = nameIn(response.headers.get('content-disposition') ?? '');
  save(new Blob(pieces, { type: response.headers.get('content-type') ?? 'application/octet-stream' }), name);
  return name;
}

/** Hand a text made on this page to the browser. */
export function saveText(text: string, name: string): void {
  save(new Blob([text], { type: 'text/plain;charset=utf-8' }), name);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function nameIn(disposition: string): string {
  return /filename="([\w.-]+)"/.exec(disposition)?.[1] ?? 'coupefeu.zip';
}
