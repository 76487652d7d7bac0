import ts from 'typescript';
import type { Files } from './support.ts';

export interface Place {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly node: ts.Node;
}

const visit = (node: ts.Node, see: (node: ts.Node) => void): void => {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
};

/** Every syntax node of the files for which `wanted` holds, with its place. */
export const nodesIn = (files: Files, wanted: (node: ts.Node) => boolean): readonly Place[] => {
  const places: Place[] = [];
  for (const [path, text] of files) {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    visit(source, (node) => {
      if (wanted(node)) places.push({ path, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, node });
    });
  }
  return places;
};

/** `a.b` for a property access on a plain name, otherwise undefined. */
export const dotted = (node: ts.Node): string | undefined =>
  ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) ? `${node.expression.text}.${node.name.text}` : undefined;

/** Names of the members along a chain of calls, last first: `x.put(a).go()` gives `go`, `put`, `x`. */
export const chainOf = (call: ts.CallExpression): readonly string[] => {
  const names: string[] = [];
  let node: ts.Expression = call;
  for (;;) {
    if (ts.isCallExpression(node)) node = node.expression;
    else if (ts.isPropertyAccessExpression(node)) {
      names.push(node.name.text);
      node = node.expression;
    } else {
      if (ts.isIdentifier(node)) names.push(node.text);
      return names;
    }
  }
};
