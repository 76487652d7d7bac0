import { liveSeeds } from './pool.ts';

/** Lives seeds for whoever forked it: the first and how many by the command line; says how many are done, and at last what became of all. */
const [first = 1, seeds = 1] = process.argv.slice(2).map(Number);
const lived = await liveSeeds(first, seeds, (done) => process.send?.({ done }));
process.send?.({ lived }, () => process.disconnect());
