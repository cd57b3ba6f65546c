// `expunge serve`: the API process alone.
import type { Command } from '../command.ts';

export const serve: Command = {
  name: 'serve',
  positionals: [],
  options: {},
  summary: 'Run the API process alone; settings come from the environment',
  async run() {
    const { API_SCRIPT, runInForeground } = await import('../process.ts');
    return runInForeground(API_SCRIPT);
  },
};
