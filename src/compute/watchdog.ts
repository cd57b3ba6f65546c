// The thread of lifeline.ts. Polling, since no portable call tells a process that its parent died.
import { parentPort, workerData } from 'node:worker_threads';

const { parent } = workerData as { parent: number };
const POLL_MS = 500;

setInterval(() => {
  // an orphan is handed to process 1 or to a subreaper, so any other parent means that ours is gone
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, POLL_MS);
parentPort?.postMessage('watching');
