/** Whether a file does everything (`npm run test:long`) or a part (`npm test`): the same path with more cases. Files named `.long` are left to the former. */
export const LONG = process.env.TEST_LONG === '1';
