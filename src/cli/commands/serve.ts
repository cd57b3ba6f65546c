// `expunge serve`: the API process alone.
import type { Command } from '../command.ts';
import { API_SCRIPT, runInForeground } from '../process.ts';

export const serve: Command = {
  name: 'serve',
  positionals: [],
  options: {},
  summary: 'Run the API process alone; settings come from the environment',
  run: () => runInForeground(API_SCRIPT),
};
