import type { LocalStack } from './stack.ts';

export interface PartnerEvent {
  /** Name of the partner event source, which is also its bus's. */
  readonly source: string;
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
  /** Epoch milliseconds; the test clock's present, unless given. */
  readonly at?: number;
}

/** Entries of one request. */
const MAX_ENTRIES = 10;

/** Puts events on a partner bus of the stack, as the vendor itself would. Rejects where the bus does not exist. */
export const putPartnerEvents = async (
  { endpoint, operatorAccessKeyId, region }: Pick<LocalStack, 'endpoint' | 'operatorAccessKeyId' | 'region'>,
  events: readonly PartnerEvent[],
): Promise<void> => {
  for (let from = 0; from < events.length; from += MAX_ENTRIES) {
    const Entries = events.slice(from, from + MAX_ENTRIES).map(({ source, detailType, detail, at }) => ({
      Source: source,
      DetailType: detailType,
      Detail: detail,
      ...(at === undefined ? {} : { Time: at / 1000 }),
    }));
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${operatorAccessKeyId}/20260101/${region}/events/aws4_request, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSEvents.PutPartnerEvents',
      },
      body: JSON.stringify({ Entries }),
    });
    const body = (await answer.json()) as { readonly FailedEntryCount?: number };
    if (!answer.ok || body.FailedEntryCount !== 0) throw new Error(`the partner bus answered ${answer.status} ${JSON.stringify(body)}`);
  }
};
