import { registerHooks } from 'node:module';

/**
 * The seams between the functions and the simulated world, put in before anything is loaded (`node --import`): what they send to AWS passes the
 * gate, and they wait on the simulated clock. Nothing of theirs is changed or known here; what else they take from their surroundings, the gate
 * itself holds (gate.ts).
 */
const FUNCTIONS = new URL('../../functions/', import.meta.url).href;
const TRANSPORT = new URL('platform/clients/transport.ts', FUNCTIONS).href;
const GATED_TRANSPORT = new URL('./gated-transport.ts', import.meta.url).href;
const GATED_TIMERS = new URL('./gated-timers.ts', import.meta.url).href;
const GATE = new URL('./gate.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const isTheirs = context.parentURL?.startsWith(FUNCTIONS) === true;
    if (isTheirs && specifier === 'node:timers/promises') return next(GATE, context);
    if (specifier === 'node:timers' && context.parentURL?.includes('/@middy/core/') === true) return next(GATED_TIMERS, context);
    const resolved = next(specifier, context);
    return isTheirs && resolved.url === TRANSPORT ? next(GATED_TRANSPORT, context) : resolved;
  },
});
