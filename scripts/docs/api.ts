import type { OpenApiDocument } from '../../functions/platform/openapi.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The operations at a glance; the schemas stand in openapi.json. */
export const apiMarkdown = (document: OpenApiDocument): string => {
  const lines = [
    '# API',
    '',
    'Generated from the `routes.ts` of every capability by `npm run docs`; do not edit. Schemas: [openapi.json](openapi.json), served as `/api/v1/openapi.json` and as a page at `/api/v1/docs`.',
    '',
    'Problems are `application/problem+json` (RFC 9457) with a stable `type`, `/problems/<code>`. Lists page by `cursor` and `limit` and answer `{ items, nextCursor }`. Every answer carries `x-request-id`; every GET an `ETag`.',
    '',
    'What never reaches a function is answered by the HTTP API itself, as `application/json` with a `message` alone: 404 `{"message":"Not Found"}` for an unknown path and for a method that a path does not have, 401 `{"message":"Unauthorized"}` without a valid token, 403 `{"message":"Forbidden"}` without the scope, 429 `{"message":"Too Many Requests"}` beyond the throttle.',
  ];
  for (const { name } of document.tags) {
    lines.push(
      '',
      `## ${name}`,
      '',
      '| operation | route | scope | what | parameters | problems of its own |',
      '|---|---|---|---|---|---|',
    );
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags.includes(name)) continue;
        const scope = operation.security.flatMap((needed) => Object.values(needed).flat()).join(', ') || 'public';
        const parameters = (operation.parameters ?? [])
          .map((parameter) => `\`${parameter.name}\`${parameter.required ? '' : '?'}`)
          .join(' ');
        const codes = Object.values(operation.responses)
          .flatMap((response) => [...String(response['description']).matchAll(/`([a-z-]+)`/g)].map(([, code]) => code))
          .filter((code) => !GENERAL.has(code ?? ''));
        lines.push(
          `| \`${operation.operationId}\` | ${method.toUpperCase()} \`${path}\` | \`${scope}\` | ${cell(operation.summary)} | ${parameters} | ${codes.map((code) => `\`${code}\``).join(' ')} |`,
        );
      }
    }
  }
  return `${lines.join('\n')}\n`;
};

/** Problems that nearly every route shares are not repeated in each row. */
const GENERAL = new Set([
  'validation',
  'cursor-invalid',
  'unauthenticated',
  'forbidden',
  'not-acceptable',
  'body-too-large',
  'media-type-unsupported',
  'internal',
  'busy',
  'conflict',
]);
