// `expunge version`: release and runtime.
import { version as release } from '../../version.ts';
import type { Command } from '../command.ts';

export const version: Command = {
  name: 'version',
  positionals: [],
  options: {},
  summary: 'Print the versions of expunge and of Node.js',
  async run(_args, { out }) {
    out.write(`expunge ${release}\nnode ${process.versions.node}\n`);
    return 0;
  },
};
