// A thread that computes updates for `UpdateThreads`: a list of works in, an empty answer when they are done.
import { parentPort } from 'node:worker_threads';
import { perform, type Work } from './update-work.ts';

parentPort!.on('message', (works: Work[]) => {
  perform(works);
  parentPort!.postMessage(null);
});
