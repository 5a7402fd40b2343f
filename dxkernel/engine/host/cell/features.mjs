/**
 * What a cell's tree has that Node does not run as it stands, and what no parser looked into.
 */
import { walk } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./diagnostics.mjs').Problem} Problem */
/** @typedef {{ typescript: boolean, jsx: boolean, decorators: boolean, accessors: boolean, regexes: Node[] }} Features */

const TYPESCRIPT_FLAGS = ['typeAnnotation', 'typeParameters', 'typeArguments', 'returnType', 'declare', 'definite', 'accessibility', 'override', 'readonly', 'abstract', 'superTypeArguments'];

/** What the tree has that Node does not run. @param {Node[]} body @returns {Features} */
export function featuresOf(body) {
  /** @type {Features} */ const features = { typescript: false, jsx: false, decorators: false, accessors: false, regexes: [] };
  /** @param {Node} node */
  const enter = (node) => {
    const { type } = node;
    if (type.startsWith('TS') || node.importKind === 'type' || node.exportKind === 'type') features.typescript = true;
    else if (type.startsWith('JSX')) features.jsx = true;
    else if (type === 'Decorator') features.decorators = true;
    else if (type === 'AccessorProperty') features.accessors = true;
    else if (type === 'Literal' && node.regex) features.regexes.push(node);
    if (node.optional && type !== 'CallExpression' && type !== 'MemberExpression') features.typescript = true;
    for (const flag of TYPESCRIPT_FLAGS) if (node[flag]) features.typescript = true;
    if (node.implements?.length > 0) features.typescript = true;
  };
  for (const statement of body) walk(statement, enter);
  return features;
}

/** @param {Features} features */
export const needsLowering = (features) => features.typescript || features.jsx || features.decorators || features.accessors;

/** OXC leaves the inside of regular expressions to the engine. @param {Node[]} regexes @returns {Problem[]} */
export function badRegexes(regexes) {
  return regexes.flatMap(({ regex, start, end }) => {
    try {
      new RegExp(regex.pattern, regex.flags);
      return [];
    } catch (error) {
      return [{ message: /** @type {Error} */ (error).message, start, end }];
    }
  });
}
