/**
 * Staying awake in the background: a page that holds a lock is not frozen, and is never brought back stale from a cache.
 *
 * What a browser does all the same (it discards a tab, the machine sleeps) ends the stream; our node then counts one
 * screen less, and runs the alarm command of its own for a FLASH that no screen shows.
 */

/** Hold on; call what is given back to let go. `onback`: the page goes on after it was frozen or hidden. */
export function stayAwake(onback: () => void): () => void {
  const letGo = new AbortController();
  const { signal } = letGo;
  document.addEventListener('resume', onback, { signal });
  window.addEventListener('pageshow', onback, { signal });
  document.addEventListener('visibilitychange', onback, { signal });
  void navigator.locks
    ?.request('coupefeu.desk', { mode: 'shared' }, () => new Promise<void>((done) => signal.addEventListener('abort', () => done())))
    .catch(() => undefined);
  return () => letGo.abort();
}

/** Whether the browser had put this tab away, so that it was blind and silent until now. */
export function wasDiscarded(): boolean {
  return 'wasDiscarded' in document && document.wasDiscarded === true;
}
