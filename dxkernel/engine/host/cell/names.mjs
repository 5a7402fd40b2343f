/**
 * What a cell declares at its top level, and of which kind.
 */
import { boundIdentifiers, declarationOf } from './tree.mjs';
import { forEachVar } from './scope.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {'var' | 'let' | 'const' | 'using' | 'await using' | 'function' | 'class' | 'enum' | 'namespace' | 'import'} Kind */
/** @typedef {Map<string, Kind>} Names */

/** Names in order of declaration; of a redeclared name the strongest kind. Types are not names. @param {Node[]} body @returns {Names} */
export function declaredNames(body) {
  /** @type {Names} */ const names = new Map();
  for (const statement of body) {
    const declaration = declarationOf(statement);
    if (declaration.declare) continue;
    declare(declaration, names);
  }
  forEachVar(body, (id) => { if (!names.has(id.name)) names.set(id.name, 'var'); });
  return names;
}

/** @param {Node} node @param {Names} names */
function declare(node, names) {
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind === 'var') return;
      for (const declarator of node.declarations) for (const id of boundIdentifiers(declarator.id)) names.set(id.name, node.kind);
      return;
    case 'FunctionDeclaration': names.set(node.id.name, 'function'); return;
    case 'LabeledStatement': if (labelledFunction(node)) names.set(labelledFunction(node).id.name, 'function'); return;
    case 'ClassDeclaration': if (node.id) names.set(node.id.name, 'class'); return;
    case 'TSEnumDeclaration': names.set(node.id.name, 'enum'); return;
    case 'TSModuleDeclaration': declareNamespace(node.id, names); return;
    case 'TSImportEqualsDeclaration': if (node.importKind !== 'type') names.set(node.id.name, 'const'); return;
    case 'ImportDeclaration':
      if (node.importKind === 'type') return;
      for (const specifier of node.specifiers) if (specifier.importKind !== 'type') names.set(specifier.local.name, 'import');
  }
}

/** @param {Node} id @param {Names} names */
function declareNamespace(id, names) {
  let first = id;
  while (first.type === 'TSQualifiedName') first = first.left;
  // Merged with a function, class or enum of the cell: that one's kind stays.
  if (first.type === 'Identifier' && !names.has(first.name)) names.set(first.name, 'namespace');
}

/** `a: b: function f() {}` declares f as if it stood at the top. @param {Node} node @returns {Node | undefined} */
export function labelledFunction(node) {
  let inner = node;
  while (inner.type === 'LabeledStatement') inner = inner.body;
  return inner.type === 'FunctionDeclaration' ? inner : undefined;
}

/** Kinds that may not be declared twice in one cell; the parser knows all but those that TypeScript merges. @param {Node[]} body @returns {Node[]} the second declarations */
export function redeclarations(body) {
  /** @type {Set<string>} */ const imported = new Set();
  /** @type {Map<string, Node>} */ const values = new Map();
  /** @type {Node[]} */ const out = [];
  for (const statement of body) {
    const declaration = declarationOf(statement);
    if (declaration.type === 'ImportDeclaration') {
      for (const { local } of declaration.specifiers) {
        if (imported.has(local.name)) out.push(local);
        imported.add(local.name);
      }
    } else if (declaration.type === 'VariableDeclaration') {
      for (const declarator of declaration.declarations) for (const id of boundIdentifiers(declarator.id)) values.set(id.name, id);
    } else if (/^(Function|Class)Declaration$/.test(declaration.type) && declaration.id) values.set(declaration.id.name, declaration.id);
  }
  for (const [name, id] of values) if (imported.has(name)) out.push(id);
  return out;
}
