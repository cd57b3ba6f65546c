// What a tenant takes along: every certificate and every entry of the ledger that is theirs, each with a proof against one signed
// checkpoint, and the keys to check them with. Nothing of it needs this service any more.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../checkpoints/disk.ts';
import { ExpungeError } from '../errors.ts';
import type { LedgerEntry, Signer, Store } from '../runs/ports.ts';
import { inclusionOf, proofOfCertificate } from './prove.ts';

type Stored = Pick<
  Store,
  | ('ledgerEntries' | 'ledgerEntry' | 'ledgerCheckpoint' | 'ledgerNodes' | 'makeLedgerCheckpoint')
  | ('listCertificates' | 'listRequests')
>;

export interface EvidenceFolder {
  certificates: number;
  entries: number;
  requests: number;
  /** Over names and digests of all files. */
  digest: string;
}

const PAGE = 200;

async function* pagesOf<T>(
  read: (after?: {
    created_at: string;
    id: string;
  }) => Promise<{ items: T[]; next: { created_at: string; id: string } | null }>,
) {
  for (let after: { created_at: string; id: string } | undefined; ; ) {
    const { items, next } = await read(after);
    yield items;
    if (next === null) return;
    after = next;
  }
}

async function* entriesOf(store: Stored, tenant: string): AsyncGenerator<LedgerEntry> {
  for (let after = 0; ; ) {
    const page = await store.ledgerEntries(tenant, { after, limit: PAGE });
    if (page.length === 0) return;
    yield* page;
    after = page.at(-1)!.seq;
  }
}

/** Files of a new folder, and what they are together. */
async function newFolder(dir: string) {
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (hasCode(error, 'EEXIST')) throw new ExpungeError('start-refused', `${dir} is there already`);
    throw error;
  });
  const hash = createHash('sha256');
  return {
    async write(name: string, text: string): Promise<void> {
      await writeFile(join(dir, name), text, { flag: 'wx', mode: 0o600 });
      hash.update(`${name}\0${createHash('sha256').update(text).digest('hex')}\n`);
    },
    digest: () => `sha256:${hash.digest('hex')}`,
  };
}

/** Writes all of it into a new folder. Throws `start-refused` where that is there already, `ledger-altered`. */
export async function writeEvidence(
  store: Stored,
  signer: Pick<Signer, 'signTree' | 'jwks'>,
  tenant: string,
  dir: string,
): Promise<EvidenceFolder> {
  const folder = await newFolder(dir);
  await store.makeLedgerCheckpoint((head) => signer.signTree(head));
  const checkpoint = await store.ledgerCheckpoint();
  if (checkpoint !== null) await folder.write('checkpoint.txt', checkpoint.checkpoint);
  await folder.write('jwks.json', `${JSON.stringify(await signer.jwks(), null, 2)}\n`);
  let [certificates, requests] = [0, 0];
  const page = (after?: { created_at: string; id: string }) => ({
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  for await (const some of pagesOf((after) => store.listCertificates(tenant, page(after))))
    for (const certificate of some) {
      const proof = await proofOfCertificate(store, tenant, certificate.id, checkpoint);
      await folder.write(`${certificate.id}.certificate.json`, `${JSON.stringify({ ...certificate, proof })}\n`);
      certificates++;
    }
  const proofs: string[] = [];
  for await (const entry of entriesOf(store, tenant))
    if (checkpoint !== null && entry.seq <= checkpoint.size)
      proofs.push(JSON.stringify(await inclusionOf(store, entry, checkpoint)));
  await folder.write('ledger.ndjson', proofs.map((one) => `${one}\n`).join(''));
  const asked: string[] = [];
  for await (const some of pagesOf((after) => store.listRequests(tenant, page(after)))) {
    asked.push(...some.map((one) => JSON.stringify(one)));
    requests += some.length;
  }
  await folder.write('deletion-requests.ndjson', asked.map((one) => `${one}\n`).join(''));
  return { certificates, entries: proofs.length, requests, digest: folder.digest() };
}
