// A process of the race for the first key: waits for the agreed moment, then prints what it got.
import { setTimeout } from 'node:timers/promises';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { createSigner } from '../../src/evidence/signer.ts';

const [dir = '', startAt = '0'] = process.argv.slice(2);
const config = { keys: { dir, subjectKeyFile: null, signingKeyFile: null } };
await setTimeout(Number(startAt) - Date.now());
const [keys, signer] = await Promise.all([createSubjectKeys(config), createSigner(config)]);
console.log(JSON.stringify([keys.keyFor('default', { type: 'name', value: 'Ada Fictive' }).key, signer.kid]));
