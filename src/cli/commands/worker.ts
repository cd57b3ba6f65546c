// `expunge worker`: one worker process alone.
import type { Command } from '../command.ts';
import { runInForeground, WORKER_SCRIPT } from '../process.ts';

export const worker: Command = {
  name: 'worker',
  positionals: [],
  options: {},
  summary: 'Run one worker process alone; settings come from the environment',
  run: () => runInForeground(WORKER_SCRIPT),
};
