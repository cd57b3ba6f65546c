// How PyTorch gets its threads: in the way that is fastest for it here.
import { type Pinning, type Python, pinningsOf, startTorch } from '../shared/torch.ts';

const STEPS = 5;

/** Seconds of the fastest of a few steps. */
async function tryOut(python: Python, spec: string, pinning: Pinning): Promise<number> {
  const side = await startTorch(python, 'train.py', spec, pinning);
  await side.turn('train', 1);
  const seconds: number[] = [];
  for (let i = 0; i < STEPS; i++) seconds.push((await side.turn('train', 1)).seconds);
  await side.close();
  return Math.min(...seconds);
}

const chosen = new Map<string, Pinning>();

/** Tried once for each Python and number of threads, at the size that is measured first. */
export async function choosePinning(python: Python, spec: string, threads: number): Promise<Pinning> {
  const key = `${python.path} ${threads}`;
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const pinnings = pinningsOf(python, threads);
  const seconds: number[] = [];
  if (pinnings.length > 1) for (const pinning of pinnings) seconds.push(await tryOut(python, spec, pinning));
  const best = pinnings[Math.max(0, seconds.indexOf(Math.min(...seconds)))]!;
  chosen.set(key, best);
  return best;
}
