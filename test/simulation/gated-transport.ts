export * from '../../functions/platform/clients/transport.ts';
export { signedPost } from './gate.ts';
