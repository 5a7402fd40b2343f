/**
 * Walking ESTree as OXC gives it: children of a node, names bound by a pattern, statement predicates.
 * Nothing here knows what a cell is.
 */
import { visitorKeys } from '../oxc.cjs';

/** @typedef {any} Node An ESTree node; `start` and `end` are UTF-16 offsets. */

const keysOf = visitorKeys();

/** @param {Node} node @param {(child: Node, key: string) => void} visit */
export function forEachChild(node, visit) {
  const keys = keysOf[node.type];
  if (keys === undefined) return;
  for (const key of keys) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (item) visit(item, key);
    } else if (value) visit(value, key);
  }
}

/** Calls `enter` for every node in source order; children are skipped where it returns false. @param {Node} node @param {(node: Node) => void | boolean} enter */
export function walk(node, enter) {
  if (enter(node) === false) return;
  forEachChild(node, (child) => walk(child, enter));
}

/** The identifiers that a binding pattern binds, in order. @param {Node} pattern @param {Node[]} [out] @returns {Node[]} */
export function boundIdentifiers(pattern, out = []) {
  switch (pattern?.type) {
    case 'Identifier': out.push(pattern); break;
    case 'ObjectPattern':
      for (const property of pattern.properties) boundIdentifiers(property.type === 'RestElement' ? property : property.value, out);
      break;
    case 'ArrayPattern': for (const element of pattern.elements) boundIdentifiers(element, out); break;
    case 'AssignmentPattern': boundIdentifiers(pattern.left, out); break;
    case 'RestElement': boundIdentifiers(pattern.argument, out); break;
    case 'TSParameterProperty': boundIdentifiers(pattern.parameter, out); break;
  }
  return out;
}

/** @param {Node} node */
export const isFunction = (node) =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

/** @param {Node} node */
export const isLoop = (node) =>
  node.type === 'ForStatement' || node.type === 'ForInStatement' || node.type === 'ForOfStatement' ||
  node.type === 'WhileStatement' || node.type === 'DoWhileStatement';

/** `export const a`, `export class B`: the declaration inside; any other statement: itself. @param {Node} statement @returns {Node} */
export function declarationOf(statement) {
  if (statement.type === 'ExportNamedDeclaration' && statement.declaration) return statement.declaration;
  if (statement.type === 'ExportDefaultDeclaration' && /^(Function|Class)Declaration$/.test(statement.declaration.type) && statement.declaration.id) {
    return statement.declaration;
  }
  return statement;
}

/** Would the language give this expression the name of what it is assigned to? @param {Node} expression */
export const isAnonymousFunction = (expression) =>
  expression.type === 'ArrowFunctionExpression' ||
  (/^(Function|Class)(Expression|Declaration)$/.test(expression.type) && !expression.id);

/** Moves every offset of a tree, for a parse whose text had something put before the cell. @param {Node} root @param {number} delta */
export function shiftTree(root, delta) {
  walk(root, (node) => {
    node.start += delta;
    node.end += delta;
  });
}

/** Statements that end with a semicolon or with automatic insertion of one. */
const TERMINATED = new Set([
  'ExpressionStatement', 'VariableDeclaration', 'ReturnStatement', 'ThrowStatement', 'BreakStatement',
  'ContinueStatement', 'DebuggerStatement', 'DoWhileStatement',
]);

/** @param {Node} statement @param {string} text */
export const lacksSemicolon = (statement, text) => TERMINATED.has(statement.type) && text[statement.end - 1] !== ';';
