// `expunge subject-keys rotate`: a new version of the key that people are known by. What is stored keeps its version.
import { rotateSubjectKey } from '../../evidence/rotate-key.ts';
import type { Command } from '../command.ts';
import { ACTOR, TENANT_OPTION, withKeys } from '../keys.ts';

export const subjectKeysRotate: Command = {
  name: 'subject-keys rotate',
  positionals: [],
  options: { tenant: TENANT_OPTION },
  summary: 'Make a new version of the key that people are known by',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const config = readConfig();
    return withKeys(args, async (store, tenant) => {
      const { version, file } = await rotateSubjectKey(config, store, tenant, ACTOR);
      out.write(
        `Version ${version} of the subject key of ${tenant} is in ${file}: back it up.\nRunning processes take it up by themselves and store with it in half a minute. People who are stored under earlier versions are found as before.\n`,
      );
    });
  },
};
