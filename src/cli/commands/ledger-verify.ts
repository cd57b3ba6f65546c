// `expunge ledger verify`: recomputes the hash chain of every decision from the store.
import { verifyChain } from '../../evidence/ledger.ts';
import type { LedgerEntry, Store } from '../../runs/ports.ts';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';

const PAGE = 1000;

type LedgerCheck = { ok: true; entries: number; head: string | null } | { ok: false; seq: number };

/** Checks the whole chain, a page at a time. */
export async function checkLedger(store: Pick<Store, 'readLedger'>): Promise<LedgerCheck> {
  let before: LedgerEntry | undefined;
  for (;;) {
    const page = await store.readLedger({ limit: PAGE, ...(before ? { after: before.seq } : {}) });
    const [first] = page;
    if (!before && first && first.seq !== 1) return { ok: false, seq: 1 };
    const check = verifyChain(page, before);
    if (!check.ok) return check;
    before = page.at(-1) ?? before;
    if (page.length < PAGE) return { ok: true, entries: before?.seq ?? 0, head: before?.hash ?? null };
  }
}

export const ledgerVerify: Command = {
  name: 'ledger verify',
  positionals: [],
  options: {},
  summary: 'Check the hash chain of the ledger in the store',
  async run(_args, { out, err }) {
    const { readConfig } = await import('../../config.ts');
    const { store, close } = await openStore(readConfig());
    try {
      const check = await checkLedger(store);
      if (check.ok) out.write(`ok: ${check.entries} entries${check.head ? `, head ${check.head}` : ''}\n`);
      else err.write(`expunge: The ledger was altered: entry ${check.seq} does not follow from the one before it\n`);
      return check.ok ? 0 : 1;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
