// The service's own signing key, for commands that write beside it.
import type { Config } from '../config.ts';
import type { Signer, Store } from '../runs/ports.ts';

/** Makes no key. Throws `start-refused` where one that the service has is not in KEY_DIR: it is that of another, or not mounted. */
export async function serviceSigner(config: Config, store: Pick<Store, 'subjectKeyVersions'>): Promise<Signer> {
  const { assertKeysPresent, createSigner } = await import('../evidence/keys.ts');
  await assertKeysPresent(config, await store.subjectKeyVersions());
  return createSigner(config, { make: false });
}
