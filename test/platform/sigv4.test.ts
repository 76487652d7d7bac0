import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { amzDate, authorizationOf } from '../../functions/platform/clients/sigv4.ts';

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** What AWS's own client would send, with its own signature. */
const sentBySdk = async (detail: string, sessionToken?: string): Promise<Sent> => {
  const sent: Sent[] = [];
  const client = new EventBridgeClient({
    region: 'eu-central-1',
    credentials: { ...credentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: unknown) => {
        sent.push(request as Sent);
        throw new Error('not sent');
      },
    },
  });
  await expect(client.send(new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't', Detail: detail }] }))).rejects.toThrow();
  const [request] = sent;
  if (request === undefined) throw new Error('the client sent nothing');
  return request;
};

/** Our signature over the very headers that the SDK has signed. */
const signedByUs = ({ path, headers, body }: Sent): string => {
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';') ?? [];
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const chosen = Object.fromEntries(signedHeaders.map((name) => [name, given.get(name) ?? '']));
  return authorizationOf({ service: 'events', region: 'eu-central-1', path, headers: chosen, body, credentials });
};

describe('the signature of a request', () => {
  it.each([
    ['of plain text', '{"a":1}', undefined],
    ['of text beyond ASCII', '{"name":"Zoë 株式会社 €"}', undefined],
    ['with a session token', '{"a":1}', 'FwoGZXIvYXdzEXAMPLE//token=='],
  ])('is the one that the SDK makes: %s', async (_name, detail, sessionToken) => {
    const sent = await sentBySdk(detail, sessionToken);
    expect(signedByUs(sent)).toBe(sent.headers['authorization']);
  });

  it('is another one the next day, though the key was kept', () => {
    const of = (date: string): string =>
      authorizationOf({
        service: 'events',
        region: 'eu-central-1',
        path: '/',
        headers: { host: 'h', 'x-amz-date': date },
        body: '',
        credentials,
      });
    const first = of('20261122T090000Z');
    expect(of('20261123T090000Z')).not.toBe(first);
    expect(of('20261122T090000Z')).toBe(first);
  });

  it('writes its time in the basic format of ISO 8601, in whole seconds', () => {
    expect(amzDate(Date.UTC(2026, 10, 22, 9, 0, 0, 987))).toBe('20261122T090000Z');
  });
});
