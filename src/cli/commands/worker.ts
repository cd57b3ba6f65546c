// `expunge worker`: one worker process alone.
import type { Command } from '../command.ts';

export const worker: Command = {
  name: 'worker',
  positionals: [],
  options: {},
  summary: 'Run one worker process alone; settings come from the environment',
  async run() {
    const { WORKER_SCRIPT, runInForeground } = await import('../process.ts');
    return runInForeground(WORKER_SCRIPT);
  },
};
