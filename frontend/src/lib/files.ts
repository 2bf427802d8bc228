/** Files chosen for a draft: in memory, and in the browser's own store while it has room, so that a reload keeps them. */

export interface ChosenFile {
  readonly name: string;
  readonly content: Blob;
}

const DATABASE = 'coupefeu';
const STORE = 'files';

/** What was kept under a name; nothing, where the browser keeps nothing. */
export async function readFiles(name: string): Promise<readonly ChosenFile[]> {
  try {
    return ((await ask('readonly', (store) => store.get(name))) as readonly ChosenFile[] | undefined) ?? [];
  } catch {
    return [];
  }
}

/** Keep files for as long as the draft; gives whether a reload will have them. */
export async function keepFiles(name: string, files: readonly ChosenFile[]): Promise<boolean> {
  try {
    await ask('readwrite', (store) => (files.length > 0 ? store.put([...files], name) : store.delete(name)));
    return true;
  } catch {
    return false;
  }
}

/** A file's bytes as they travel. */
export async function inBase64(file: Blob): Promise<string> {
  const octets = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let start = 0; start < octets.length; start += 0x8000) text += String.fromCharCode(...octets.subarray(start, start + 0x8000));
  return btoa(text);
}

function ask(mode: IDBTransactionMode, asking: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const request = asking(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onabort = () => {
        opening.result.close();
        reject(transaction.error);
      };
    };
  });
}
