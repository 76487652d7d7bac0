import { request } from './client.ts';

/** Has something done; throws `ApiProblem` for whatever is not done. */
export const post = async (address: string, body?: object): Promise<void> => {
  await request(address, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
};
