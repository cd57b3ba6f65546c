// `expunge ledger verify`: recomputes the chain, the tree and every checkpoint, from the store or from an export.
import type { LedgerCheck } from '../../evidence/audit.ts';
import { readEvidence, readKeySet } from '../certificate-file.ts';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';

interface Given {
  jwks: string | undefined;
  held: string | undefined;
}

async function checkFile(file: string, { jwks, held }: Given): Promise<LedgerCheck> {
  const { auditLedger } = await import('../../evidence/audit.ts');
  const { ledgerFile } = await import('../../evidence/ledger-file.ts');
  const source = { ...ledgerFile(file), ...(held === undefined ? {} : { held }) };
  return auditLedger(source, await readKeySet(jwks, file));
}

async function checkStore({ jwks, held }: Given): Promise<LedgerCheck> {
  const { readConfig } = await import('../../config.ts');
  const { createSigner } = await import('../../evidence/signer.ts');
  const { checkLedger } = await import('../check-ledger.ts');
  const config = readConfig();
  const { store, close } = await openStore(config);
  try {
    const keys =
      jwks === undefined ? await (await createSigner(config, { make: false })).jwks() : await readKeySet(jwks, '');
    return await checkLedger(store, keys, held);
  } catch (error) {
    throw explainSchema(error);
  } finally {
    await close();
  }
}

export const ledgerVerify: Command = {
  name: 'ledger verify',
  positionals: [],
  options: {
    file: { type: 'string', value: 'FILE', summary: 'What `expunge ledger export` wrote, instead of the store' },
    jwks: {
      type: 'string',
      value: 'FILE|URL',
      summary: 'Public keys to trust; default: the service’s own, or with --file jwks.json beside it',
    },
    checkpoint: { type: 'string', value: 'FILE', summary: 'A checkpoint that you kept: the ledger must continue it' },
    json: { type: 'boolean', summary: 'Print the result as JSON' },
  },
  summary: 'Check the ledger: its hash chain, its Merkle tree, every signed checkpoint and certificate',
  async run(args, { out, err }) {
    const file = args.text('file');
    const path = args.text('checkpoint');
    const held = path === undefined ? undefined : await readEvidence(path, 'The checkpoint');
    const given = { jwks: args.text('jwks'), held };
    const check = file === undefined ? await checkStore(given) : await checkFile(file, given);
    if (args.flag('json')) out.write(`${JSON.stringify(check, null, 2)}\n`);
    else if (check.ok) {
      const { entries, head, checkpoints, covered } = check;
      out.write(`ok: ${entries} entries${head ? `, head ${head}` : ''}\n`);
      out.write(`    ${checkpoints} checkpoints${checkpoints > 0 ? `, the last over ${covered} entries` : ''}\n`);
    } else err.write(`expunge: The ledger was altered: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
