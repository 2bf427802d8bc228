/** What this browser keeps for itself: choices for good, drafts for as long as the tab lives. Neither is ever required. */

export function readChoice(name: string): string | null {
  return read(() => localStorage.getItem(`coupefeu:${name}`));
}

export function keepChoice(name: string, value: string | null): void {
  write(() => (value === null ? localStorage.removeItem(`coupefeu:${name}`) : localStorage.setItem(`coupefeu:${name}`, value)));
}

export function readDraft(name: string): unknown {
  const text = read(() => sessionStorage.getItem(`coupefeu:draft:${name}`));
  if (text === null) return null;
  return read(() => JSON.parse(text) as unknown);
}

export function keepDraft(name: string, value: unknown): void {
  const key = `coupefeu:draft:${name}`;
  write(() => (value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, JSON.stringify(value))));
}

function read<T>(reading: () => T): T | null {
  try {
    return reading();
  } catch {
    return null;
  }
}

function write(writing: () => void): void {
  try {
    writing();
  } catch {
    // A browser that keeps nothing (private window, full store) still works; what is typed stays on the page.
  }
}
