// `expunge certificate verify`: the check that a third party makes, offline.
import { readCertificateFile, readKeySet } from '../certificate-file.ts';
import type { Command } from '../command.ts';
import { palette } from '../terminal.ts';

export const certificateVerify: Command = {
  name: 'certificate verify',
  positionals: ['FILE'],
  options: {
    jwks: { type: 'string', value: 'FILE|URL', summary: 'Public keys to trust; default: jwks.json beside FILE' },
    json: { type: 'boolean', summary: 'Print the result as JSON' },
  },
  summary: 'Check signature and form of a certificate and print what it states',
  async run(args, { out, err }) {
    const file = args.positionals[0]!;
    const jws = await readCertificateFile(file);
    const { verifyCertificate } = await import('../../evidence/certificate.ts');
    const check = await verifyCertificate(jws, await readKeySet(args.text('jwks'), file));
    if (args.flag('json')) out.write(`${JSON.stringify(check, null, 2)}\n`);
    else if (check.ok) {
      const { describeStatement } = await import('../certificate-facts.ts');
      const paint = palette(out);
      out.write(`${paint.green('ok')}: the signature is that of key ${check.kid}\n\n`);
      out.write(describeStatement(check.statement, paint));
    } else err.write(`expunge: The certificate does not verify: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
