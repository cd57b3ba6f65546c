// `expunge checkpoint verify`: whether weights in a folder are those that were published, for whoever fetched them.
import { type Command, UsageError } from '../command.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const checkpointVerify: Command = {
  name: 'checkpoint verify',
  positionals: ['FOLDER'],
  options: {
    digest: {
      type: 'string',
      value: 'DIGEST',
      summary:
        'What it should be, from the alias or a certificate; without it only its own manifest is held against it',
    },
  },
  summary: 'Check every file of a checkpoint folder against its digest',
  async run(args, { out, err }) {
    const digest = args.text('digest');
    if (digest !== undefined && !DIGEST.test(digest))
      throw new UsageError('--digest is sha256: and 64 lower-case hex digits');
    const { verifyFolder } = await import('../../checkpoints/verify-folder.ts');
    const check = await verifyFolder(args.positionals[0]!, digest);
    if (check.ok) out.write(`ok: ${check.digest}, ${check.files} files, ${check.bytes} bytes\n`);
    else err.write(`expunge: The folder is not the checkpoint: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
