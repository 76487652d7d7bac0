/**
 * The page at `/local`: what runs, what waits, what failed. One file without a build step; it reads the same addresses
 * as the command line (`npm run local`). Values are set as text, never as HTML: they come from events.
 */
export const adminPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ascent, local stack</title>
<style>
  :root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
  body { margin: 1.5rem auto; max-width: 76rem; padding: 0 1rem; }
  h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); vertical-align: top; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; }
  .bad { color: light-dark(#b3261e, #ff8a80); } .none { opacity: .6; }
  form { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; }
</style>
</head>
<body>
<h1>Ascent, local stack</h1>
<form id="clock"><strong id="now"></strong><span id="frozen"></span>
  <label>advance by <input name="by" value="1d" size="8"></label><button>Advance</button><output id="moved"></output></form>
<div id="sections"></div>
<script type="module">
const read = async (path) => (await fetch(path)).json();
const send = async (path, body) => {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
};
const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};
const cell = (value, name) => {
  const made = element(name, undefined, typeof value === 'number' ? 'number' : undefined);
  if (value instanceof Node) made.append(value);
  else made.textContent = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
  return made;
};
const table = (title, rows, columns) => {
  const section = element('section');
  section.append(element('h2', title));
  if (rows.length === 0) { section.append(element('p', 'none', 'none')); return section; }
  const made = element('table');
  const head = element('tr');
  for (const column of columns) head.append(cell(column, 'th'));
  made.append(head);
  for (const row of rows) {
    const line = element('tr');
    for (const column of columns) line.append(cell(row[column], 'td'));
    made.append(line);
  }
  section.append(made);
  return section;
};
const redriveButton = (queue) => {
  const button = element('button', 'Send back');
  button.onclick = () => send('/local/dead-letters/redrive', { queue }).then(show);
  return button;
};
const show = async () => {
  const [clock, functions, queues, dead, schedules, denied, logs] = await Promise.all(
    ['clock', 'functions', 'queues', 'dead-letters', 'schedules', 'denied', 'logs?limit=100'].map((path) => read('/local/' + path)));
  document.getElementById('now').textContent = clock.now;
  document.getElementById('frozen').textContent = clock.frozen ? '(stands still)' : '(running)';
  const letters = dead.flatMap(({ name, messages }) => messages.map((message) => ({ queue: name, received: message.attributes.ApproximateReceiveCount, body: element('pre', message.body), '': redriveButton(name) })));
  document.getElementById('sections').replaceChildren(
    table('Functions', functions, ['name', 'workers', 'running', 'waiting', 'invocations', 'errors', 'totalMs']),
    table('Queues', queues, ['name', 'visible', 'inFlight', 'delayed']),
    table('Dead letters', letters, ['queue', 'received', 'body', '']),
    table('Schedules', schedules, ['name', 'expression', 'zone', 'state']),
    table('Denied calls', denied, ['construct', 'action', 'resource', 'count']),
    table('Log', logs.reverse().map(({ atMs, source, level, line }) => ({ at: new Date(atMs).toISOString(), source, level, line: element('pre', line, level === 'error' ? 'bad' : undefined) })), ['at', 'source', 'level', 'line']),
  );
};
document.getElementById('clock').onsubmit = async (event) => {
  event.preventDefault();
  const output = document.getElementById('moved');
  output.textContent = 'moving';
  try { await send('/local/clock/advance', { by: event.target.elements.by.value }); output.textContent = ''; }
  catch (error) { output.textContent = error.message; }
  await show();
};
await show();
setInterval(show, 2000);
</script>
</body>
</html>
`;
