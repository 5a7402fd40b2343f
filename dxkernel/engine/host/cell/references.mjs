/**
 * References that must not stay what they are: to imported names, to constants that are assigned, and to names that are
 * read before their declaration ran.
 */
import { boundIdentifiers, declarationOf, lacksSemicolon, walk } from './tree.mjs';
import { memberOf, moduleName } from './modules.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./scope.mjs').Reference} Reference */
/** @typedef {{ module: number, export: string, unchecked?: string }} ImportedName `unchecked`: specifier, where nobody looked yet whether the export exists */
/**
 * @typedef {object} Bindings
 * @property {Map<string, ImportedName>} imports names that are imported, here or earlier
 * @property {Set<string>} consts names that must not be assigned
 * @property {Map<string, number>} ready offset from which the cell's own lexical names are initialised
 */
/**
 * @typedef {object} Rewritten
 * @property {Set<number>} modules ids of the modules that references need
 * @property {Set<string>} guarded constants that are assigned somewhere
 * @property {Map<Node, Set<string>>} withs `with` statements and the constants that are assigned inside
 * @property {Set<string>} imported imported names that are used as values
 */

/**
 * @param {import('magic-string').default} edited @param {string} text @param {Reference[]} references
 * @param {Bindings} bindings @param {string} prefix @param {boolean} strict @returns {Rewritten}
 */
export function rewriteReferences(edited, text, references, bindings, prefix, strict) {
  /** @type {Rewritten} */ const done = { modules: new Set(), guarded: new Set(), withs: new Map(), imported: new Set() };
  for (const reference of references) {
    const { name } = reference;
    if (reference.dynamic) {
      if (reference.write && bindings.consts.has(name)) {
        const imported = bindings.imports.get(name);
        if (imported) done.modules.add(imported.module);
        guardWith(done.withs, reference);
      }
      continue;
    }
    const imported = bindings.imports.get(name);
    if (isTooEarly(reference, bindings)) replace(edited, reference, `${prefix}.tdz.${name}`);
    else if (reference.write && bindings.consts.has(name)) {
      done.guarded.add(name);
      if (imported) done.modules.add(imported.module);
      replace(edited, reference, `${prefix}c.${name}`);
    } else if (imported) {
      done.modules.add(imported.module);
      done.imported.add(name);
      const member = memberOf(moduleName(prefix, imported.module), imported.export);
      if (isCalled(reference) && imported.export !== '*') {
        terminatePrevious(edited, text, reference);
        replace(edited, reference, `(0, ${member})`);
      } else replace(edited, reference, member);
    } else if (name === 'eval' && !strict && isScriptLevelCall(reference)) {
      terminatePrevious(edited, text, reference);
      replace(edited, reference, '(0, eval)');
    }
  }
  return done;
}

/** Only the object of a `with` knows what a name inside means. @param {Map<Node, Set<string>>} withs @param {Reference} reference */
function guardWith(withs, { name, ancestors }) {
  const outermost = /** @type {Node} */ (ancestors.find((node) => node.type === 'WithStatement'));
  const names = withs.get(outermost) ?? new Set();
  withs.set(outermost, names.add(name));
}

/** @param {Reference} reference @param {Bindings} bindings */
function isTooEarly({ name, node, nested }, { ready }) {
  return !nested && node.start < (ready.get(name) ?? -1);
}

/** Where each `let`, `const`, `using` and class of the top level is initialised. @param {Node[]} body @returns {Map<string, number>} */
export function initialisedAt(body) {
  /** @type {Map<string, number>} */ const ready = new Map();
  for (const statement of body) {
    const declaration = declarationOf(statement);
    if (declaration.type === 'ClassDeclaration' && declaration.id) ready.set(declaration.id.name, declaration.end);
    if (declaration.type !== 'VariableDeclaration' || declaration.kind === 'var') continue;
    for (const declarator of declaration.declarations) {
      for (const id of boundIdentifiers(declarator.id)) ready.set(id.name, declarator.end);
    }
  }
  return ready;
}

/**
 * In `let { a, b = a } = x` the default sees `a`; in `let { a = b, b } = x` it must not see `b`, and the initialiser,
 * which stands later but runs first, sees neither.
 * @param {Node[]} body @param {Reference[]} references
 */
export function withoutInitialisedInPatterns(body, references) {
  /** @type {Set<Reference>} */ const fine = new Set();
  /** @type {Map<Node, Map<string, number>>} */ const patterns = new Map();
  for (const reference of references) {
    if (reference.nested) continue;
    const declarator = reference.ancestors.find((node) => node.type === 'VariableDeclarator');
    if (!declarator || declarator.id.type === 'Identifier' || reference.node.start >= declarator.id.end) continue;
    let ends = patterns.get(declarator);
    if (!ends) patterns.set(declarator, (ends = elementEnds(declarator.id)));
    if (reference.node.start >= (ends.get(reference.name) ?? Infinity)) fine.add(reference);
  }
  return fine;
}

/** @param {Node} pattern @param {Map<string, number>} [ends] */
function elementEnds(pattern, ends = new Map()) {
  const parts = pattern.type === 'ObjectPattern' ? pattern.properties : pattern.type === 'ArrayPattern' ? pattern.elements : [];
  for (const part of parts) {
    if (!part) continue;
    const value = part.type === 'Property' ? part.value : part;
    const target = value.type === 'AssignmentPattern' ? value.left : value.type === 'RestElement' ? value.argument : value;
    if (target.type === 'Identifier') ends.set(target.name, value.end);
    else elementEnds(target, ends);
  }
  return ends;
}

/** @param {import('magic-string').default} edited @param {Reference} reference @param {string} replacement */
function replace(edited, { node, ancestors, name }, replacement) {
  edited.update(node.start, node.end, isShorthand(node, ancestors) ? `${name}: ${replacement}` : replacement);
}

/** `{ a }` and `{ a = 1 }`. @param {Node} node @param {Node[]} ancestors */
function isShorthand(node, ancestors) {
  let parent = ancestors.at(-1);
  if (parent?.type === 'AssignmentPattern' && parent.left === node) parent = ancestors.at(-2);
  return parent?.type === 'Property' && parent.shorthand && parent.start === node.start;
}

/** As callee or tag a member expression would pass the namespace as `this`. @param {Reference} reference */
function isCalled({ node, ancestors }) {
  const parent = ancestors.at(-1);
  return (parent?.type === 'CallExpression' && parent.callee === node) || (parent?.type === 'TaggedTemplateExpression' && parent.tag === node);
}

/**
 * Outside functions and blocks a direct `eval` sees what an indirect one sees, but its `var` must be the script's and
 * not the wrapping function's.
 * @param {Reference} reference
 */
function isScriptLevelCall(reference) {
  return isCalled(reference) && !reference.ancestors.some(({ type }) => /Function|Class|Block|^For|Switch|Catch/.test(type));
}

/**
 * A statement that now begins with a parenthesis must not continue the one before it.
 * @param {import('magic-string').default} edited @param {string} text @param {Reference} reference
 */
function terminatePrevious(edited, text, { node, ancestors }) {
  const index = ancestors.findLastIndex((ancestor) => ancestor.type === 'ExpressionStatement');
  if (index < 0 || ancestors[index].start !== node.start) return;
  const parent = ancestors[index - 1];
  const list = parent?.type === 'SwitchCase' ? parent.consequent : parent?.body;
  if (!Array.isArray(list)) return;
  const previous = list[list.indexOf(ancestors[index]) - 1];
  if (previous && lacksSemicolon(previous, text)) edited.appendLeft(previous.end, ';');
}

/** `import.meta`, and whether the cell itself awaits. @param {import('magic-string').default} edited @param {Node[]} body @param {string} prefix */
export function rewriteMeta(edited, body, prefix) {
  let awaits = false;
  let functions = 0;
  /** @param {Node} node */
  const enter = (node) => {
    if (node.type === 'MetaProperty' && node.meta.name === 'import') edited.update(node.start, node.end, `${prefix}.meta`);
    else if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await) || node.kind === 'await using') awaits ||= functions === 0;
  };
  /** @param {Node} node */
  const visit = (node) => walk(node, (child) => {
    if (/Function/.test(child.type) && child !== node) {
      functions++;
      visit(child);
      functions--;
      return false;
    }
    enter(child);
    return true;
  });
  for (const statement of body) {
    const isFunction = /Function/.test(statement.type);
    if (isFunction) functions++;
    visit(statement);
    if (isFunction) functions--;
  }
  return { awaits };
}
