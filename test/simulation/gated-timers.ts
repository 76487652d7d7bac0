/** In the place of node:timers for the functions' wrapping: a function whose time is over is ended by the world. */
export const setTimeout = (): undefined => undefined;
