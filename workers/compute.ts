// The compute process: one job, started and supervised by a worker (supervise.ts). It owns tensors and nothing else.
import { runComputeJob } from '../src/compute/job.ts';
import { dieWithParent, endWithChannel } from '../src/compute/lifeline.ts';
import type { FromCompute, ToCompute } from '../src/domain/compute.ts';
import { ExpungeError } from '../src/errors.ts';
import { describeError } from '../src/log.ts';

const send = (message: FromCompute) =>
  new Promise<void>((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });

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

async function start(job: Extract<ToCompute, { type: 'start' }>['job']): Promise<void> {
  try {
    const progress = (update: Omit<Extract<FromCompute, { type: 'progress' }>, 'type'>) =>
      void send({ type: 'progress', ...update });
    const result = await runComputeJob(job, { progress, signal: cancel.signal });
    await send({ type: 'result', result });
  } catch (error) {
    // messages of parsers quote what they read, which may be training text: only our own go further
    const own = error instanceof ExpungeError;
    const message = own ? error.message : 'An unexpected error; the log of the worker says where.';
    await send({ type: 'error', code: own ? error.code : 'compute-failed', message });
    process.stderr.write(`${JSON.stringify(describeError(error))}\n`);
  }
  process.exit(0);
}
