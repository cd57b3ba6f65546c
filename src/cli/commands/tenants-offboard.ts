// `expunge tenants offboard`: the contract is over (Art. 28(3)(g) GDPR).
import { TENANT } from '../../domain/key-terms.ts';
import { type Command, required, UsageError } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';

export const tenantsOffboard: Command = {
  name: 'tenants offboard',
  positionals: ['TENANT'],
  options: {
    out: { type: 'string', value: 'DIR', summary: 'New folder for the evidence that the tenant takes along' },
    confirm: { type: 'string', value: 'TEXT', summary: '"offboard TENANT", word for word' },
  },
  summary: 'Hand out a tenant’s evidence, then delete everything else of it and destroy its subject keys',
  async run(args, { out, err }) {
    const [tenant = ''] = args.positionals;
    if (!TENANT.test(tenant)) throw new UsageError('TENANT takes small letters, digits and -, at most 63');
    const dir = required(args, 'out');
    const phrase = `offboard ${tenant}`;
    if (args.text('confirm') !== phrase) {
      err.write(
        `expunge: This cannot be undone: models, corpora, checkpoints, webhooks and API keys of ${tenant} go, and nobody can be found in what is left. Certificates stay valid, and are written to ${dir} first.\nSay --confirm ${JSON.stringify(phrase)} to go on.\n`,
      );
      return 1;
    }
    const { readConfig } = await import('../../config.ts');
    const { offboardTenant } = await import('../offboard.ts');
    const config = readConfig();
    const { store, close } = await openStore(config);
    try {
      const { evidence, counts } = await offboardTenant(config, store, tenant, dir);
      out.write(`${tenant} is off-boarded.\n`);
      for (const [what, count] of Object.entries(counts)) out.write(`  ${what.replace('_', ' ')} ${count}\n`);
      out.write(
        `Evidence in ${dir}: ${evidence.certificates} certificates, ${evidence.entries} entries of the ledger, ${evidence.requests} requests; ${evidence.digest}\n`,
      );
      err.write('Backups still have the tenant until they end: a restore asks for the list of deletions.\n');
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
