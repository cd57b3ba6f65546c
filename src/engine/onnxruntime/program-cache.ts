// Programs of all steps of an engine: a bounded number, since each is a compiled graph with memory of its own.
import type { Program } from './sessions.ts';

export class ProgramCache {
  readonly #most: number;
  /** With what forgets them, the most recently used last. */
  readonly #programs = new Map<Program, () => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes that a program is used now. `forget`: called when it is pushed out, before it is released. */
  async remember(program: Program, forget: () => void): Promise<void> {
    this.#programs.delete(program);
    this.#programs.set(program, forget);
    if (this.#programs.size <= this.#most) return;
    const [oldest, forgetOldest] = this.#programs.entries().next().value!;
    this.#programs.delete(oldest);
    forgetOldest();
    await oldest.release();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#programs.keys()].map((program) => program.release()));
    this.#programs.clear();
  }
}
