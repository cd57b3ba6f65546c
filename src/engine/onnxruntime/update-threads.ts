// Updates outside the graph, over as many threads as the graph has: they read and write more memory than one core moves.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { perform, type Work } from './update-work.ts';

/** Elements of all works together from which another thread is worth waking. */
const WORTHWHILE = 1 << 18;

const sizeOf = ({ results }: Work): number => results[0]?.length ?? 0;
const isShared = ({ buffer }: Float32Array): boolean => buffer instanceof SharedArrayBuffer;

/** Shares of about the same size; the first has in it what only this thread can write. */
export function shareOut(works: readonly Work[], shares: number): Work[][] {
  const parts = Array.from({ length: shares }, () => ({ works: [] as Work[], size: 0 }));
  const give = (part: (typeof parts)[number], work: Work) => {
    part.works.push(work);
    part.size += sizeOf(work);
  };
  const movable = works.filter((work) => work.results.every(isShared));
  for (const work of works) if (!movable.includes(work)) give(parts[0]!, work);
  for (const work of movable.toSorted((a, b) => sizeOf(b) - sizeOf(a)))
    give(
      parts.reduce((least, part) => (part.size < least.size ? part : least)),
      work,
    );
  return parts.map((part) => part.works);
}

/** Threads start when there is first enough to do, and keep no process alive. */
export class UpdateThreads {
  readonly #count: number;
  #workers: (Worker | undefined)[] = [];

  /** `threads`: all of them, the caller's included. */
  constructor(threads: number) {
    this.#count = threads - 1;
  }

  /** Computes all works; what they have spent is gone afterwards. */
  async run(works: readonly Work[]): Promise<void> {
    const total = works.reduce((sum, work) => sum + sizeOf(work), 0);
    if (this.#count === 0 || total < WORTHWHILE) return perform(works);
    const [own, ...others] = shareOut(works, this.#count + 1);
    const answers = others.map((share, i) => this.#send(i, share));
    try {
      perform(own!);
    } finally {
      await Promise.all(answers);
    }
  }

  #worker(index: number): Worker {
    const known = this.#workers[index];
    if (known !== undefined) return known;
    const worker = new Worker(new URL('./update-thread.ts', import.meta.url));
    worker.unref();
    this.#workers[index] = worker;
    return worker;
  }

  async #send(index: number, works: Work[]): Promise<void> {
    if (works.length === 0) return;
    const worker = this.#worker(index);
    worker.ref();
    try {
      const moved = works.flatMap(({ spent }) => spent.map(({ buffer }) => buffer as ArrayBuffer));
      worker.postMessage(works, moved);
      await once(worker, 'message');
    } catch (error) {
      // it ended with its error
      delete this.#workers[index];
      throw error;
    } finally {
      worker.unref();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker?.terminate()));
  }
}
