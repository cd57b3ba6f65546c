// `expunge subject-keys destroy`: what is stored under a version can be linked to nobody any more.
import { destroySubjectKey } from '../../evidence/rotate-key.ts';
import { type Command, UsageError } from '../command.ts';
import { ACTOR, TENANT_OPTION, withKeys } from '../keys.ts';

export const subjectKeysDestroy: Command = {
  name: 'subject-keys destroy',
  positionals: ['VERSION'],
  options: {
    tenant: TENANT_OPTION,
    confirm: { type: 'string', value: 'TEXT', summary: '"destroy TENANT VERSION", word for word' },
  },
  summary: 'Destroy an old version of that key: whom it stands for can never be told again',
  async run(args, { out, err }) {
    const { readConfig } = await import('../../config.ts');
    const config = readConfig();
    const version = Number(args.positionals[0]);
    if (!Number.isSafeInteger(version) || version < 1) throw new UsageError('VERSION must be a whole number from 1');
    let code = 0;
    await withKeys(args, async (store, tenant) => {
      const found = (await store.listKeyVersions(tenant)).find((one) => one.version === version);
      const { record_keys = 0, requests = 0, open_requests = 0 } = found ?? {};
      const phrase = `destroy ${tenant} ${version}`;
      if (args.text('confirm') !== phrase) {
        err.write(
          `expunge: This cannot be undone. ${record_keys} subject keys on training records and ${requests} requests (${open_requests} open) are under version ${version}. Nobody can be found by an identifier on these records any more, so that a request for them would end as if they were in no corpus; suppressions under it no longer hold anybody back.\nSay --confirm ${JSON.stringify(phrase)} to go on.\n`,
        );
        code = 1;
        return;
      }
      await destroySubjectKey(config, store, { tenant, version }, ACTOR);
      out.write(
        `Version ${version} of the subject key of ${tenant} is destroyed. Delete it from every backup of the keys as well.\n`,
      );
    });
    return code;
  },
};
