import * as z from 'zod';
import type { EventDeclaration } from '../../functions/platform/events.ts';

type Json = {
  readonly type?: string;
  readonly properties?: Record<string, Json>;
  readonly required?: readonly string[];
  readonly items?: Json;
  readonly [key: string]: unknown;
};

const typeOf = (json: Json | boolean): string => {
  if (typeof json === 'boolean') return 'anything';
  if (Array.isArray(json['enum'])) return json['enum'].map((value) => JSON.stringify(value)).join(' or ');
  if ('const' in json) return JSON.stringify(json['const']);
  const choices = (json['anyOf'] ?? json['oneOf']) as Json[] | undefined;
  if (choices !== undefined) return choices.map(typeOf).join(' or ');
  if (Array.isArray(json['prefixItems'])) return `[${(json['prefixItems'] as Json[]).map(typeOf).join(', ')}]`;
  if (json['additionalProperties'] !== undefined && json['propertyNames'] !== undefined)
    return `map of ${typeOf(json['additionalProperties'] as Json)}`;
  if (json.type === 'array') return `list of ${typeOf(json.items ?? {})}`;
  if (json.properties !== undefined) {
    const fields = Object.entries(json.properties).map(
      ([name, property]) => `${name}${json.required?.includes(name) ? '' : '?'}: ${typeOf(property)}`,
    );
    return `{ ${fields.join(', ')} }`;
  }
  return json.type ?? 'anything';
};

/** The catalogue: what each event means, who publishes it, and its fields. */
export const eventsMarkdown = (events: readonly EventDeclaration[]): string => {
  const sorted = [...events].sort((a, b) => (a.source === b.source ? (a.name < b.name ? -1 : 1) : a.source < b.source ? -1 : 1));
  const lines = [
    '# Events',
    '',
    'Generated from the `events.ts` of every capability by `npm run docs`; do not edit. On the revenue bus `source` is the publisher, `detail-type` the name; the detail is `{ id, type, version, recordedAt, subject, data }`, where `data` is the JSON text of the fields below. Within a version only optional fields are added.',
  ];
  for (const event of sorted) {
    const json = z.toJSONSchema(event.schema as never, { io: 'output', unrepresentable: 'any' }) as unknown as Json;
    lines.push(
      '',
      `## ${event.name} v${event.version}`,
      '',
      `Published by \`${event.source}\`. ${event.meaning}`,
      '',
      '| field | type |',
      '|---|---|',
    );
    for (const [name, property] of Object.entries(json.properties ?? {})) {
      lines.push(`| \`${name}\`${json.required?.includes(name) ? '' : ' (optional)'} | ${typeOf(property).replaceAll('|', '\\|')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
};
