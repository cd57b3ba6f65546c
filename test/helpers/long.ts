/** Whether repetition is done in full (`npm run test:long`), of which `npm test` does a part: the same path with more cases. */
export const LONG = process.env.TEST_LONG === '1';
