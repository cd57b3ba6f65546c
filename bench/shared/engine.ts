// An engine for one piece of work.
import type { Engine } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';

export async function withEngine<T>(
  given: { backend: string; threads: number },
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(given);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
