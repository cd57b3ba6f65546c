// A worker says every few seconds that it is there.
import type { GpuMemory, WorkerNote } from '../domain/workers.ts';
import type { Log } from './deps.ts';
import type { WorkerStore } from './ports.ts';

/** Well within the silence after which it is taken for gone, so that a busy database may miss some. */
const EVERY_MS = 5000;

interface Announcing {
  store: Pick<WorkerStore, 'noteWorker' | 'forgetWorker'>;
  log: Log;
  about: Omit<WorkerNote, 'gpus'>;
  /** What the cards hold now; never rejects. */
  gpus(): Promise<GpuMemory[]>;
}

/** Begins at once; `first` is over once that was said, or could not be. `stop` takes the worker off the list; where that fails it goes by its silence. */
export function announce(
  { store, log, about, gpus }: Announcing,
  everyMs = EVERY_MS,
): { first: Promise<void>; stop(): Promise<void> } {
  let saying: Promise<void> | null = null;
  const say = async () => {
    try {
      await store.noteWorker({ ...about, gpus: await gpus() });
    } catch (err) {
      log.warn({ err }, 'The worker could not say that it is there');
    }
  };
  const tick = () => {
    // a database that hangs is not asked twice
    saying ??= say().finally(() => {
      saying = null;
    });
    return saying;
  };
  const first = tick();
  const timer = setInterval(tick, everyMs);
  return {
    first,
    async stop() {
      clearInterval(timer);
      await saying;
      await store.forgetWorker(about.worker).catch((err: unknown) => log.warn({ err }, 'The worker is still listed'));
    },
  };
}
