// `expunge keys rotate`: a key in the place of another, which stays valid for a while.
import { OVERLAP_HOURS } from '../../domain/key-terms.ts';
import { ExpungeError } from '../../errors.ts';
import type { Command } from '../command.ts';
import {
  ACTOR,
  DAYS_OPTION,
  idOf,
  lifetimeOf,
  newKey,
  noSuchKey,
  overlapOf,
  show,
  TENANT_OPTION,
  withKeys,
} from '../keys.ts';

export const keysRotate: Command = {
  name: 'keys rotate',
  positionals: ['ID'],
  options: {
    tenant: TENANT_OPTION,
    days: DAYS_OPTION,
    'overlap-hours': {
      ...{ type: 'string', value: 'N' },
      summary: `How long the old key stays valid; default ${OVERLAP_HOURS.usual}, at most ${OVERLAP_HOURS.most}`,
    },
  },
  summary: 'Replace an API key and print the new one, this once',
  async run(args, terminal) {
    const [id, lifetime_ms, overlap_ms] = [idOf(args), lifetimeOf(args), overlapOf(args)];
    return withKeys(args, async (store, tenant) => {
      const { text, stored } = await newKey();
      const outcome = await store.rotateApiKey(tenant, id, { ...stored, lifetime_ms, overlap_ms }, ACTOR);
      if (outcome.status === 'unknown') throw noSuchKey(id);
      if (outcome.status === 'ended') {
        const { state, replaced_by } = outcome.key;
        const why = replaced_by === null ? `is ${state}` : `was replaced by ${replaced_by}`;
        throw new ExpungeError('wrong-state', `The key ${why}; make a new one`);
      }
      show(terminal, text, outcome.key);
      terminal.err.write(`The old key ends ${outcome.before.expires_at}.\n`);
    });
  },
};
