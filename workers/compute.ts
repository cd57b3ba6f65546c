// The compute process: one job, started and supervised by a worker (supervise.ts). It owns tensors and nothing else.
import { explainFailure } from '../src/compute/failure.ts';
import { runComputeJob } from '../src/compute/job.ts';
import { dieWithParent, endWithChannel } from '../src/compute/lifeline.ts';
import type { FromCompute, ToCompute } from '../src/domain/compute.ts';
import { describeError } from '../src/log.ts';

const send = (message: FromCompute) =>
  new Promise<void>((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });

const ALIVE_EVERY_MS = 1000;

const cancel = new AbortController();
endWithChannel();
// Ctrl-C reaches the whole group; the worker decides how we end
process.on('SIGINT', () => undefined);
await dieWithParent(Number(process.argv[2]));

process.on('message', (message: ToCompute) => {
  if (message.type === 'cancel') cancel.abort();
  else void start(message.job);
});
await send({ type: 'ready' });
setInterval(() => void send({ type: 'alive' }), ALIVE_EVERY_MS).unref();

async function start(job: Extract<ToCompute, { type: 'start' }>['job']): Promise<void> {
  try {
    const progress = (update: Omit<Extract<FromCompute, { type: 'progress' }>, 'type'>) =>
      void send({ type: 'progress', ...update });
    const result = await runComputeJob(job, { progress, signal: cancel.signal });
    await send({ type: 'result', result });
  } catch (error) {
    await send({ type: 'error', ...explainFailure(error) });
    process.stderr.write(`${JSON.stringify(describeError(error))}\n`);
  }
  process.exit(0);
}
