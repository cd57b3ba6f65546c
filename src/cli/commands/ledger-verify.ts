// `expunge ledger verify`: recomputes the chain, the tree and every checkpoint, from the store or from an export.
import type { LedgerCheck } from '../../evidence/audit.ts';
import { readKeySet } from '../certificate-file.ts';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';

async function checkFile(file: string, jwksAt: string | undefined): Promise<LedgerCheck> {
  const { auditLedger } = await import('../../evidence/audit.ts');
  const { ledgerFile } = await import('../../evidence/ledger-file.ts');
  return auditLedger(ledgerFile(file), await readKeySet(jwksAt, file));
}

async function checkStore(jwksAt: string | undefined): Promise<LedgerCheck> {
  const { readConfig } = await import('../../config.ts');
  const { createSigner } = await import('../../evidence/signer.ts');
  const { checkLedger } = await import('../check-ledger.ts');
  const config = readConfig();
  const { store, close } = await openStore(config);
  try {
    const jwks = jwksAt === undefined ? await (await createSigner(config)).jwks() : await readKeySet(jwksAt, '');
    return await checkLedger(store, jwks);
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
    json: { type: 'boolean', summary: 'Print the result as JSON' },
  },
  summary: 'Check the ledger: its hash chain, its Merkle tree, every signed checkpoint and certificate',
  async run(args, { out, err }) {
    const file = args.text('file');
    const jwksAt = args.text('jwks');
    const check = file === undefined ? await checkStore(jwksAt) : await checkFile(file, jwksAt);
    if (args.flag('json')) out.write(`${JSON.stringify(check, null, 2)}\n`);
    else if (check.ok) {
      const { entries, head, checkpoints, covered } = check;
      out.write(`ok: ${entries} entries${head ? `, head ${head}` : ''}\n`);
      out.write(`    ${checkpoints} checkpoints${checkpoints > 0 ? `, the last over ${covered} entries` : ''}\n`);
    } else err.write(`expunge: The ledger was altered: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
