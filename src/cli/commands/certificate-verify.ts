// `expunge certificate verify`: the check that a third party makes, offline.
import { readCertificateFile, readEvidence, readKeySet } from '../certificate-file.ts';
import type { Command } from '../command.ts';
import { palette } from '../terminal.ts';

const NO_PROOF = 'not shown; GET /v1/certificates/{id} or /v1/ledger/proof?certificate_id= gives a proof';

export const certificateVerify: Command = {
  name: 'certificate verify',
  positionals: ['FILE'],
  options: {
    jwks: { type: 'string', value: 'FILE|URL', summary: 'Public keys to trust; default: jwks.json beside FILE' },
    proof: {
      type: 'string',
      value: 'FILE',
      summary: 'Proof that the ledger holds it, JSON or tlog-proof; default: the one in FILE, where that is JSON',
    },
    checkpoint: { type: 'string', value: 'FILE', summary: 'Checkpoint of the ledger that the proof must be for' },
    json: { type: 'boolean', summary: 'Print the result as JSON' },
  },
  summary: 'Check signature and form of a certificate, and that the ledger holds it, and print what it states',
  async run(args, { out, err }) {
    const file = args.positionals[0]!;
    const given = await readCertificateFile(file);
    const read = async (name: 'proof' | 'checkpoint') => {
      const path = args.text(name);
      return path === undefined ? null : readEvidence(path, `The ${name}`);
    };
    const evidence = { ...given, proof: (await read('proof')) ?? given.proof, checkpoint: await read('checkpoint') };
    const { checkCertificate } = await import('../check-certificate.ts');
    const check = await checkCertificate(evidence, await readKeySet(args.text('jwks'), file));
    if (args.flag('json')) out.write(`${JSON.stringify(check, null, 2)}\n`);
    else if (check.ok) {
      const { describeStatement } = await import('../certificate-facts.ts');
      const paint = palette(out);
      const { recorded } = check;
      out.write(`${paint.green('ok')}: the signature is that of key ${check.kid}\n`);
      if (recorded === null) out.write(`${paint.yellow('in the ledger')}: ${NO_PROOF}\n\n`);
      else
        out.write(
          `${paint.green('in the ledger')}: entry ${recorded.seq} of ${recorded.size}, ${recorded.at}, ${recorded.origin}\n\n`,
        );
      out.write(describeStatement(check.statement, paint));
    } else err.write(`expunge: The certificate does not verify: ${check.reason}\n`);
    return check.ok ? 0 : 1;
  },
};
