/**
 * Paths and input templates of EventBridge and its pipes (user guide, "Amazon EventBridge Pipes input transformation").
 *
 * A placeholder that stands alone as a JSON value becomes the JSON value found: a string stays a string, quoted and
 * escaped, whatever it holds, JSON text included. Within a JSON string the value is inserted as text and is not
 * escaped by the service; a value that would break the string is refused here, since the deployed pipe would fail on it.
 * A path that leads nowhere leaves its field out.
 */
export type Render = (event: unknown) => string;

const STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]/y;

const parsePath = (path: string): readonly (string | number)[] => {
  if (!path.startsWith('$')) throw new Error(`${path} is not a path: it starts with $`);
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (found === null) throw new Error(`${path} is not a path that the local stack knows: $.name[0]['name']`);
    steps.push(found[1] ?? found[3] ?? Number(found[2]));
  }
  return steps;
};

const follow = (steps: readonly (string | number)[], from: unknown): unknown => {
  let value = from;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
};

/** Compiles `$.dynamodb.NewImage.type.S`. Throws a sentence where the path is none. */
export const compilePath = (path: string): ((event: unknown) => unknown) => {
  const steps = parsePath(path);
  return (event) => follow(steps, event);
};

export const readPath = (path: string, event: unknown): unknown => compilePath(path)(event);

const MARK = '\u0000';
const PLACEHOLDER = /<([^<>]+)>/g;

/** Whether a position of JSON text lies within a string. */
const insideString = (json: string, position: number): boolean => {
  let inside = false;
  for (let at = 0; at < position; at += 1) {
    if (inside && json[at] === '\\') at += 1;
    else if (json[at] === '"') inside = !inside;
  }
  return inside;
};

type Source = (event: unknown) => unknown;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const BREAKS_A_STRING = /["\\\u0000-\u001F]/;

/** Text of a value within a string: objects lose their quotes, as in the service. */
const inlineText = (value: unknown, name: string): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return JSON.stringify(value).replaceAll('"', '');
  const text = String(value);
  if (BREAKS_A_STRING.test(text))
    throw new Error(
      `<${name}> holds a quote, a backslash or a control character, which is not escaped within a string: put the placeholder without quotes around it`,
    );
  return text;
};

const compileText = (text: string, sources: readonly { readonly name: string; readonly read: Source }[]): Source => {
  const whole = new RegExp(`^${MARK}(\\d+)!${MARK}$`).exec(text);
  if (whole !== null) {
    const source = sources[Number(whole[1])];
    return (event) => source?.read(event);
  }
  const parts = text.split(MARK);
  if (parts.length === 1) return () => text;
  return (event) =>
    parts
      .map((part, at) => {
        const source = at % 2 === 1 ? sources[Number.parseInt(part, 10)] : undefined;
        return source === undefined ? part : inlineText(source.read(event), source.name);
      })
      .join('');
};

const compileNode = (node: unknown, sources: readonly { readonly name: string; readonly read: Source }[]): Source => {
  if (typeof node === 'string') return compileText(node, sources);
  if (Array.isArray(node)) {
    const items = node.map((item) => compileNode(item, sources));
    return (event) => items.map((item) => item(event)).filter((value) => value !== undefined);
  }
  if (typeof node !== 'object' || node === null) return () => node;
  const fields = Object.entries(node).map(([key, value]) => [compileText(key, sources), compileNode(value, sources)] as const);
  // `undefined` leaves the field out when the result is written.
  return (event) => Object.fromEntries(fields.map(([key, value]) => [String(key(event)), value(event)]));
};

/** Compiles a template. `variables` are the reserved ones, such as `aws.pipes.pipe-name`. */
export const compileTemplate = (template: string, variables: Readonly<Record<string, Source>>): Render => {
  const sources: { readonly name: string; readonly read: Source }[] = [];
  const marked = template.replace(PLACEHOLDER, (whole: string, name: string, position: number) => {
    const read = name.startsWith('$') ? compilePath(name) : variables[name];
    if (read === undefined) throw new Error(`${whole} is not a variable of an input template that the local stack knows`);
    sources.push({ name, read });
    const index = sources.length - 1;
    // Alone as a value it becomes a string of its own, marked as such; within a string it is marked in place.
    return insideString(template, position) ? `\\u0000${index}\\u0000` : `"\\u0000${index}!\\u0000"`;
  });
  let tree: unknown;
  try {
    tree = JSON.parse(marked);
  } catch {
    throw new Error(`the input template is not JSON: ${template}`);
  }
  const render = compileNode(tree, sources);
  return (event) => JSON.stringify(render(event)) ?? '{}';
};
