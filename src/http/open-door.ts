// What a process that listens may not be started with.
import { type Config, LOOPBACK } from '../config.ts';
import { ExpungeError } from '../errors.ts';

/** Throws `start-refused` where strangers could do everything, or where nobody could ever decide. */
export function refuseOpenDoor({ auth, http, decisions }: Pick<Config, 'auth' | 'http' | 'decisions'>): void {
  if (auth.required) return;
  if (!LOOPBACK.test(http.host))
    throw new ExpungeError(
      'start-refused',
      `HOST is ${http.host}, which other machines reach, and AUTH is none; set AUTH=required and make a key with \`expunge keys create\`, or leave HOST at 127.0.0.1`,
    );
  for (const name of ['approval', 'promotion'] as const)
    if (decisions[name] === 'four-eyes')
      throw new ExpungeError(
        'start-refused',
        `${name.toUpperCase()} is four-eyes and AUTH is none: everybody is the same caller, so nobody could decide; set AUTH=required`,
      );
}
