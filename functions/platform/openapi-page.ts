import type { OpenApiDocument, OpenApiOperation } from './openapi.ts';

/** The API as one static page: no script, readable with a screen reader, dark where the reader's system is. */
const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8882;--accent:light-dark(#0b57d0,#8ab4f8)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
a{color:var(--accent)}h2{border-bottom:1px solid var(--line);margin-top:3rem}h3{margin-top:2rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:1rem;overflow:auto;border-radius:6px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
.method{font-weight:700}summary{cursor:pointer}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
/** Text in which backticks mark code. */
const prose = (text: string): string => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');

const json = (label: string, value: unknown): string =>
  `<details><summary>${escaped(label)}</summary><pre tabindex="0">${escaped(JSON.stringify(value, null, 2))}</pre></details>`;

const schemaIn = (content: unknown): unknown => Object.values((content ?? {}) as Record<string, { schema?: unknown }>)[0]?.schema;

const parametersTable = (operation: OpenApiOperation): string => {
  if (operation.parameters === undefined) return '';
  const rows = operation.parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${place}${required ? ', required' : ''}</td><td>${prose(description ?? '')} <code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<table><caption>Parameters</caption><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">What</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const responsesTable = (operation: OpenApiOperation): string => {
  const rows = Object.entries(operation.responses).map(
    ([status, response]) => `<tr><th scope="row">${status}</th><td>${prose(String(response['description']))}</td></tr>`,
  );
  return `<table><caption>Answers</caption><thead><tr><th scope="col">Status</th><th scope="col">What</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const scopeOf = (operation: OpenApiOperation): string => {
  const [scope] = operation.security.flatMap((needed) => Object.values(needed) as string[][]).flat();
  return scope === undefined ? 'Public' : `Scope <code>${escaped(scope)}</code>`;
};

const operationSection = (method: string, path: string, operation: OpenApiOperation): string => `
<article id="${escaped(operation.operationId)}" aria-labelledby="${escaped(operation.operationId)}-title">
<h3 id="${escaped(operation.operationId)}-title"><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p>${prose(operation.summary)}. ${scopeOf(operation)}.</p>
${parametersTable(operation)}
${operation.requestBody === undefined ? '' : json('Body', schemaIn(operation.requestBody.content))}
${json('Answer', schemaIn(operation.responses['200']?.['content']))}
${responsesTable(operation)}
</article>`;

export const renderApiPage = (document: OpenApiDocument): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section aria-labelledby="tag-${escaped(name)}"><h2 id="tag-${escaped(name)}">${escaped(name)}</h2>${own.map(({ method, path, operation }) => operationSection(method, path, operation)).join('')}</section>`;
  });
  const contents = operations.map(
    ({ method, path, operation }) =>
      `<li><a href="#${escaped(operation.operationId)}"><span class="method">${method.toUpperCase()}</span> ${escaped(path)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(document.info.title)}</title><style>${STYLE}</style></head>
<body><a class="skip" href="#main">Skip to the operations</a>
<header><h1>${escaped(document.info.title)}</h1><p>${prose(document.info.description)}</p><p>Version ${escaped(document.info.version)}, <a href="/api/v1/openapi.json">OpenAPI ${document.openapi}</a></p></header>
<nav aria-label="Operations"><ul>${contents.join('')}</ul></nav>
<main id="main">${sections.join('')}</main></body></html>
`;
};
