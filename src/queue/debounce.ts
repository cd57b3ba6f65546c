// Rings that come close together are one: the first goes at once, and one more at the end of its window for whatever came since.

export interface Debounced {
  /** Settles with the ring that stands for it. */
  ring(id: string): Promise<void>;
  /** Rings at once for whatever waits; resolves when it has rung, or could not. */
  flush(): Promise<void>;
}

/** No ring is lost: `send(id)` begins at each call of `ring(id)`, or later. `windowMs` 0: always at once. */
export function debounced(send: (id: string) => Promise<void>, windowMs: number): Debounced {
  const windows = new Map<string, { timer: NodeJS.Timeout; later: PromiseWithResolvers<void> | null }>();

  function open(id: string): void {
    const timer = setTimeout(() => end(id), windowMs);
    // the sweep rings for what a process that ends has not rung for
    timer.unref();
    windows.set(id, { timer, later: null });
  }

  function end(id: string): void {
    const window = windows.get(id);
    windows.delete(id);
    if (!window?.later) return;
    open(id);
    send(id).then(window.later.resolve, window.later.reject);
  }

  return {
    ring(id) {
      const window = windows.get(id);
      if (window !== undefined) {
        window.later ??= Promise.withResolvers<void>();
        return window.later.promise;
      }
      if (windowMs > 0) open(id);
      return send(id);
    },
    async flush() {
      const waiting = [...windows].flatMap(([, { later }]) => (later === null ? [] : [later.promise]));
      for (const id of [...windows.keys()]) {
        clearTimeout(windows.get(id)!.timer);
        end(id);
      }
      await Promise.allSettled(waiting);
      for (const { timer } of windows.values()) clearTimeout(timer);
      windows.clear();
    },
  };
}
