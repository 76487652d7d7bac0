import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { newFolder } from './assembly-fixture.ts';
import { postedSample, smallApp } from './small-app.ts';

let running: LocalStack | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const START = Date.parse('2026-01-01T00:00:00Z');
/** The consumer fails before this moment: its mend, as it were. */
const MENDED = Date.parse('2026-01-02T00:00:00Z');

const start = async (dataDir: string): Promise<LocalStack> => {
  running = await startLocalStack({ assemblyDir: smallApp(), dataDir, port: 0, samples: [postedSample] });
  return running;
};

/** A post that has failed as often as its queue allows, and a stack that was stopped and started since. */
const withDeadLetter = async (): Promise<LocalStack> => {
  const dataDir = newFolder();
  const first = await start(dataDir);
  first.clock.set(START, { frozen: true });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${first.url}/posts`, { method: 'POST', headers, body: JSON.stringify({ id: 'late', fail: MENDED }) });
  await first.idle();
  // Twice its visibility time-out of 60 seconds and one more: the second failure was the last that is allowed.
  for (const seconds of [61, 122]) await first.clock.advance(START + seconds * 1000);
  await first.stop();
  return start(dataDir);
};

const posts = async (stack: LocalStack): Promise<readonly string[]> => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${stack.operatorAccessKeyId}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, 'x-amz-target': 'DynamoDB_20120810.Scan', 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(stack.endpoint, { method: 'POST', headers, body: JSON.stringify({ TableName: 'small' }) });
  const { Items } = (await response.json()) as { readonly Items: readonly { readonly pk: { readonly S: string } }[] };
  return Items.map(({ pk }) => pk.S).filter((pk) => pk.startsWith('POST#'));
};

/** `npm run local -- …` against the stack. */
const local = (stack: LocalStack, ...words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const args = ['local/cli.ts', ...words, '--port', new URL(stack.url).port];
    execFile(process.execPath, args, { cwd: join(import.meta.dirname, '..', '..') }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });

it('are listed and sent back by the command line after a restart', async () => {
  const stack = await withDeadLetter();
  expect(JSON.parse(await local(stack, 'dead-letters'))).toMatchObject([
    { name: 'posts-dead', visible: 1, messages: [{ body: expect.stringContaining(`"id":"late","fail":${MENDED}`) }] },
  ]);
  await stack.clock.advance(MENDED);
  expect(JSON.parse(await local(stack, 'redrive', 'posts-dead'))).toEqual({ redriven: 1 });
  await stack.idle();
  expect(await posts(stack)).toEqual(['POST#late']);
  expect(JSON.parse(await local(stack, 'dead-letters'))).toEqual([]);
}, 60_000);

it('are discarded one by one, by their ids', async () => {
  const stack = await withDeadLetter();
  const [queue] = JSON.parse(await local(stack, 'dead-letters')) as { readonly messages: readonly { readonly messageId: string }[] }[];
  const messageId = queue?.messages[0]?.messageId ?? '';
  await expect(local(stack, 'discard', 'posts-dead', 'another')).rejects.toThrow(
    'posts-dead holds no message another; npm run local -- dead-letters lists what it holds',
  );
  await expect(local(stack, 'discard', 'posts', messageId)).rejects.toThrow('posts is not a dead-letter queue; there are: ');
  await expect(local(stack, 'discard', 'posts-dead')).rejects.toThrow('is not how discard is asked');
  expect(JSON.parse(await local(stack, 'discard', 'posts-dead', messageId))).toEqual({ discarded: messageId });
  expect(JSON.parse(await local(stack, 'dead-letters'))).toEqual([]);
}, 60_000);

/** As much of a browser's element as the page uses. */
class PageNode {
  textContent = '';
  className = '';
  onclick: (() => Promise<void>) | undefined;
  children: readonly (PageNode | string)[] = [];
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  append(...more: readonly (PageNode | string)[]): void {
    this.children = [...this.children, ...more];
  }
  replaceChildren(...others: readonly (PageNode | string)[]): void {
    this.children = others;
  }
  all(name: string): readonly PageNode[] {
    const nodes = this.children.filter((child) => child instanceof PageNode);
    return nodes.flatMap((node) => [...(node.name === name ? [node] : []), ...node.all(name)]);
  }
}

/** Runs the script of the page at `/local`; answers its sections. */
const openPage = async ({ url }: LocalStack): Promise<PageNode> => {
  const page = await (await fetch(`${url}/local`)).text();
  const script = /<script type="module">(.*)<\/script>/s.exec(page)?.[1] ?? '';
  const byId = new Map(['now', 'frozen', 'sections', 'clock', 'moved'].map((id) => [id, new PageNode(id)]));
  await runInNewContext(`(async () => {${script}})()`, {
    document: { createElement: (name: string) => new PageNode(name), getElementById: (id: string) => byId.get(id) },
    fetch: (path: string, init?: RequestInit) => fetch(url + path, init),
    setInterval: () => undefined,
    Node: PageNode,
  });
  return byId.get('sections') ?? new PageNode('none');
};

it('are listed and sent back by the page after a restart', async () => {
  const stack = await withDeadLetter();
  await stack.clock.advance(MENDED);
  const sections = await openPage(stack);
  const [button, ...others] = sections.all('button');
  expect([button?.textContent, others]).toEqual(['Send back', []]);
  expect(sections.all('pre').some(({ textContent }) => textContent.includes('"id":"late"'))).toBe(true);
  await button?.onclick?.();
  await stack.idle();
  expect(await posts(stack)).toEqual(['POST#late']);
  expect((await openPage(stack)).all('button')).toEqual([]);
});
