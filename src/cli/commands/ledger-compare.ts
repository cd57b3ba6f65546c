// `expunge ledger compare`: whether a later checkpoint of a ledger continues one that was kept, offline.
import { readEvidence, readKeySet } from '../certificate-file.ts';
import { type Command, required } from '../command.ts';

export const ledgerCompare: Command = {
  name: 'ledger compare',
  positionals: ['OLD', 'NEW'],
  options: {
    proof: { type: 'string', value: 'FILE', summary: 'What GET /v1/ledger/proof?from=&to= answered for their sizes' },
    jwks: { type: 'string', value: 'FILE|URL', summary: 'Public keys to trust; default: jwks.json beside OLD' },
  },
  summary: 'Check that a later checkpoint of the ledger continues an earlier one',
  async run(args, { out, err }) {
    const [old = '', later = ''] = args.positionals;
    const [first, second, proof] = [
      await readEvidence(old, 'The checkpoint'),
      await readEvidence(later, 'The checkpoint'),
      await readEvidence(required(args, 'proof'), 'The proof'),
    ];
    const { compareCheckpoints } = await import('../../evidence/ledger-proof.ts');
    const check = compareCheckpoints(first, second, proof, await readKeySet(args.text('jwks'), old));
    if (check.ok)
      out.write(`ok: the ledger of ${check.to} entries begins with that of ${check.from}, ${check.origin}\n`);
    else err.write(`expunge: The checkpoints do not fit together: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
