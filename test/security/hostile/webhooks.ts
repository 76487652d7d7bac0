import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { SIGNING_SECRET } from '../front-door.ts';
import type { Chance } from './chance.ts';
import { JSON_TYPE, type Makers } from './request.ts';
import { encoded, nested, PROTOTYPE_KEYS, STRANGE_TEXTS } from './strange-texts.ts';

const EVENT = JSON.stringify({
  id: 'evt_Hostile1',
  object: 'event',
  type: 'invoice.paid',
  created: 1_792_918_800,
  livemode: false,
  data: { object: {} },
});

const hmac = (body: Buffer | string, timestamp: string, secret = SIGNING_SECRET, algorithm = 'sha256'): string =>
  createHmac(algorithm, secret).update(`${timestamp}.`).update(body).digest('hex');

const now = (offset = 0): string => String(Math.floor(Date.now() / 1000) + offset);

/** As Stripe signs a body, now. */
export const signedBy = (body: Buffer | string): readonly (readonly [string, string])[] => {
  const t = now();
  return [...JSON_TYPE, ['stripe-signature', `t=${t},v1=${hmac(body, t)}`]];
};

/** Headers that are off in one way each, for a body that would be taken in. */
const offSignatures = (chance: Chance): readonly string[] => {
  const t = now();
  const good = hmac(EVENT, t);
  const at = 1 + chance.below(62);
  const old = now(-301 - chance.below(100_000));
  const ahead = now(330 + chance.below(100_000));
  return [
    '',
    ' ',
    `t=${t}`,
    `v1=${good}`,
    `t=,v1=${good}`,
    `t=abc,v1=${good}`,
    `t=-${t},v1=${good}`,
    `t=${t}.0,v1=${good}`,
    `t=0x1,v1=${good}`,
    `t=${'9'.repeat(15)},v1=${good}`,
    `t=${'9'.repeat(400)},v1=${good}`,
    `t=${Number(t) + 1},v1=${good}`,
    `t=${t},v0=${good}`,
    `t=${t},v2=${good}`,
    `t=${t},V1=${good}`,
    `t=${t};v1=${good}`,
    `t=${t},v1=`,
    `t=${t},v1=${good.slice(0, at)}`,
    `t=${t},v1=${good}0`,
    `t=${t},v1=${good.slice(0, at)}${good[at] === '0' ? '1' : '0'}${good.slice(at + 1)}`,
    `t=${t},v1=${'é'.repeat(64)}`,
    `t=${t},v1=${'0'.repeat(64)}`,
    `t=${t},v1=${hmac(EVENT, t, 'whsec_other')}`,
    `t=${t},v1=${hmac(EVENT, t, SIGNING_SECRET.slice('whsec_'.length))}`,
    `t=${t},v1=${hmac(EVENT, t, SIGNING_SECRET, 'sha512').slice(0, 64)}`,
    `t=${t},v1=${createHmac('sha256', SIGNING_SECRET).update(EVENT).digest('hex')}`,
    `t=${old},v1=${hmac(EVENT, old)}`,
    `t=${ahead},v1=${hmac(EVENT, ahead)}`,
    `t=${t}${`,v1=${'0'.repeat(64)}`.repeat(17)}`,
    `t=${t}${`,v1=${'0'.repeat(64)}`.repeat(16)},v1=${good}`,
    `${',='.repeat(3_000)}t=${t},v1=${good}`,
    `Bearer ${good}`,
    chance
      .bytes(40)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '='),
  ];
};

/** Bodies that Stripe's own secret signed and that are no event all the same. */
const notEvents = (chance: Chance): readonly (Buffer | string)[] => [
  '[]',
  'null',
  '1',
  '"x"',
  '{',
  `${EVENT}x`,
  EVENT.slice(0, chance.below(EVENT.length - 1) + 1),
  EVENT.replace('evt_', 'ev_'),
  EVENT.replace('evt_Hostile1', `evt_${'x'.repeat(200)}`),
  EVENT.replace('evt_Hostile1', '../evt_1'),
  EVENT.replace('"evt_Hostile1"', '{"a":1}'),
  EVENT.replace('invoice.paid', ''),
  EVENT.replace('invoice.paid', 'x'.repeat(129)),
  EVENT.replace('"event"', '"__proto__"'),
  `{"__proto__":${EVENT}}`,
  nested(30_000, chance),
  EVENT.replace('{"object":{}}', nested(30_000, chance)),
  chance.bytes(300),
  Buffer.from(EVENT, 'utf16le'),
];

/** For webhooks. */
export const OF_WEBHOOKS: Makers = {
  'a signature that is off': (_, chance) => ({
    must: 'refused',
    body: EVENT,
    headers: [...JSON_TYPE, ['stripe-signature', chance.of(offSignatures(chance))]],
  }),
  'no signature': () => ({ must: 'refused', body: EVENT, headers: JSON_TYPE }),
  'two signatures that are each off': (_, chance) => ({
    must: 'refused',
    body: EVENT,
    headers: [
      ...JSON_TYPE,
      ['stripe-signature', chance.of(offSignatures(chance).slice(2, 12))],
      ['stripe-signature', `v1=${'0'.repeat(64)}`],
    ],
  }),
  'a body that was altered after it was signed': (_, chance) => {
    const altered = [
      `${EVENT} `,
      EVENT.replace('paid', 'Paid'),
      EVENT.replace('{', '{ '),
      Buffer.from(`\uFEFF${EVENT}`),
      gzipSync(EVENT),
      '',
    ];
    return { must: 'refused', body: chance.of(altered), headers: signedBy(EVENT) };
  },
  'a signed body that is no event': (_, chance) => {
    const body = chance.of(notEvents(chance));
    return { must: 'refused', body, headers: signedBy(body) };
  },
  'a huge webhook': (_, chance) => {
    const body = 'x'.repeat(4_000_001 + chance.below(chance.below(4) === 0 ? 8_000_000 : 1_000));
    return { must: 'refused', body, headers: signedBy(body) };
  },
  'another instance': ({ template }, chance) => ({
    must: 'refused',
    path: `${template.replace('{instance}', '').replace(/\/$/, '')}/${chance.of([...PROTOTYPE_KEYS, 'other', '%00', 'main%20', '%2e%2e%2f', 'a/b', encoded(chance.of(STRANGE_TEXTS.slice(1)))])}`,
    body: EVENT,
    headers: signedBy(EVENT),
  }),
  'base64 that is none, to a webhook': (_, chance) => ({
    must: 'refused',
    event: {
      headers: { 'stripe-signature': chance.of(offSignatures(chance)) },
      body: chance.of(['%%%', '====', EVENT, '']),
      isBase64Encoded: true,
    },
  }),
};
