// Loaded before a service process that the command line starts (`node --import`): ties its life to its parent's.
import { isMainThread } from 'node:worker_threads';
import { dieWithParent } from '../compute/lifeline.ts';

const parent = Number(process.env.EXPUNGE_PARENT_PID);
// threads load this file again, and grandchildren would inherit the variable
if (isMainThread && parent > 0) {
  delete process.env.EXPUNGE_PARENT_PID;
  await dieWithParent(parent);
}
