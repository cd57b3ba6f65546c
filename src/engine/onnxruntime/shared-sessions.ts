// One session for all programs of one graph. Steps are made anew for every model that is scored, trained or asked, mostly of
// the same architecture and shapes: the runtime would optimise the same graph each time, for as long as a small one runs.
import { createHash } from 'node:crypto';
import type { InferenceSession } from 'onnxruntime-node';

/** A session on loan. */
export interface Loan {
  session: InferenceSession;
  /** Hands it back; the last one to do so closes it. */
  release(): Promise<void>;
}

export class SharedSessions {
  readonly #close: (session: InferenceSession) => Promise<void>;
  readonly #open = new Map<string, { session: Promise<InferenceSession>; loans: number }>();

  constructor(close: (session: InferenceSession) => Promise<void>) {
    this.#close = close;
  }

  /** The session of this model under these options, which `create` makes where there is none. */
  async borrow(model: Uint8Array, options: object, create: () => Promise<InferenceSession>): Promise<Loan> {
    const key = createHash('sha256').update(JSON.stringify(options)).update(model).digest('base64');
    const entry = this.#open.get(key) ?? { session: create(), loans: 0 };
    this.#open.set(key, entry);
    entry.loans++;
    const giveBack = async (close: () => Promise<void>) => {
      if (--entry.loans > 0) return;
      this.#open.delete(key);
      await close();
    };
    try {
      const session = await entry.session;
      return { session, release: () => giveBack(() => this.#close(session)) };
    } catch (error) {
      await giveBack(async () => undefined);
      throw error;
    }
  }
}
