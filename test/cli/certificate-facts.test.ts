import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeStatement } from '../../src/cli/certificate-facts.ts';
import { palette } from '../../src/cli/terminal.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { searchInput, uuid } from '../evidence/statement-fixture.ts';

test('of a search it says whether nothing matched, or earlier runs had removed what did', () => {
  const told = (more: object) => {
    const search = { ...searchInput().search!, ...more };
    return describeStatement(buildStatement({ ...searchInput(), search }), palette({ write: () => true }, {}));
  };
  assert.match(told({}), /no training record matched\n/);
  const by = (n: number, guarantee: string) => ({ run_id: uuid(n), guarantee, records: 2 });
  const removed_before = { records: 5, runs: [by(1, 'exact'), by(2, 'empirical'), by(3, 'empirical')] };
  assert.match(told({ removed_before }), /no training record is left .* had removed 5 \(exact, empirical\)\n/);
});
