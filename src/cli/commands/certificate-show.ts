// `expunge certificate show`: what a certificate says, without a check; for looking, not for trusting.
import { ExpungeError } from '../../errors.ts';
import { readCertificateFile } from '../certificate-file.ts';
import type { Command } from '../command.ts';

export const certificateShow: Command = {
  name: 'certificate show',
  positionals: ['FILE'],
  options: {},
  summary: 'Print the statement of a certificate as JSON, unverified',
  async run(args, { out, err }) {
    const file = args.positionals[0]!;
    const payload = (await readCertificateFile(file)).jws.split('.')[1] ?? '';
    let statement: unknown;
    try {
      statement = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    } catch {
      throw new ExpungeError('certificate-invalid', `${file} is not a compact JWS with a JSON payload`);
    }
    err.write('The signature was not checked; expunge certificate verify does that.\n');
    out.write(`${JSON.stringify(statement, null, 2)}\n`);
    return 0;
  },
};
