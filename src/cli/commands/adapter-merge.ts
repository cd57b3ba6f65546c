// `expunge adapter merge`: makes a checkpoint, which can be registered, of a base and an adapter.
import { resolve } from 'node:path';
import { type Command, required, UsageError } from '../command.ts';

export const adapterMerge: Command = {
  name: 'adapter merge',
  positionals: [],
  options: {
    base: { type: 'string', value: 'DIR', summary: 'Checkpoint that the adapter was trained on' },
    adapter: { type: 'string', value: 'DIR', summary: 'Adapter folder in PEFT’s layout (LoRA)' },
    out: { type: 'string', value: 'DIR', summary: 'Folder of the merged checkpoint' },
  },
  summary: 'Merge a LoRA adapter into its base and write the checkpoint',
  async run(args, { out }) {
    const paths = { base: required(args, 'base'), adapter: required(args, 'adapter'), out: required(args, 'out') };
    if (resolve(paths.out) === resolve(paths.base)) throw new UsageError('--out must be another folder than --base');
    const { mergeAdapter } = await import('../../compute/merge-adapter.ts');
    const { adapters } = await mergeAdapter(paths);
    out.write(`${paths.out}: ${adapters} adapters merged\n`);
    return 0;
  },
};
