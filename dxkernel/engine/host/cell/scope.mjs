/**
 * Which identifiers of a cell mean a name of the script scope?
 *
 * A small scope analyser over the JavaScript part of ESTree: it resolves block, function, class and catch scopes with
 * hoisting, and reports every reference that no inner scope catches. What a sloppy direct `eval` may declare is not
 * seen, and references inside `with` are marked, for nobody can know what they mean.
 */
import { boundIdentifiers, forEachChild, isFunction, isLoop } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/**
 * @typedef {object} Reference
 * @property {string} name
 * @property {Node} node the Identifier
 * @property {boolean} write assigned to (also read, for `+=` and `++`)
 * @property {boolean} nested inside a function, so that it runs later
 * @property {boolean} dynamic inside a `with` statement
 * @property {Node[]} ancestors outermost first, without the identifier
 */
/** @typedef {{ names: Set<string>, parent: Scope | null }} Scope */

/** The references of a program's statements to names that are the script's own or global. @param {Node[]} body @returns {Reference[]} */
export function freeReferences(body) {
  const analyser = new Analyser();
  for (const statement of body) analyser.visit(statement);
  return analyser.references;
}

/** The names that `var` declares in a function body or script, nested blocks included. @param {Node[]} body @param {(id: Node, declarator: Node) => void} visit */
export function forEachVar(body, visit) {
  /** @param {Node} node */
  const enter = (node) => {
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const declarator of node.declarations) for (const id of boundIdentifiers(declarator.id)) visit(id, declarator);
    }
    if (isFunction(node) || /^Class/.test(node.type) || node.type.endsWith('Expression')) return;
    forEachChild(node, enter);
  };
  body.forEach(enter);
}

/** Names that a list of statements declares in its own block. @param {Node[]} statements @returns {Set<string>} */
export function lexicalNames(statements) {
  /** @type {Set<string>} */ const names = new Set();
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') addDeclared(statement, names);
    else if (/^(Function|Class)Declaration$/.test(statement.type) && statement.id) names.add(statement.id.name);
  }
  return names;
}

/** @param {Node} declaration @param {Set<string>} names */
function addDeclared(declaration, names) {
  for (const declarator of declaration.declarations) for (const id of boundIdentifiers(declarator.id)) names.add(id.name);
}

/** Holds the scope chain and the path from the root while one tree is walked. */
class Analyser {
  constructor() {
    /** @type {Reference[]} */ this.references = [];
    /** @type {Node[]} */ this.path = [];
    /** @type {Scope | null} */ this.scope = null;
    this.functions = 0;
    this.withs = 0;
  }

  /** @param {Node} node @param {boolean} [write] */
  visit(node, write = false) {
    switch (node.type) {
      case 'Identifier': this.reference(node, write); return;
      case 'ImportDeclaration': case 'BreakStatement': case 'ContinueStatement': case 'MetaProperty': return;
      case 'ExportNamedDeclaration': case 'ExportAllDeclaration':
        if (node.declaration) this.within(node, () => this.visit(node.declaration));
        return;
    }
    this.within(node, () => this.inside(node, write));
  }

  /** @param {Node} node @param {boolean} write */
  inside(node, write) {
    switch (node.type) {
      case 'FunctionDeclaration': case 'FunctionExpression': case 'ArrowFunctionExpression': this.function(node); return;
      case 'ClassDeclaration': case 'ClassExpression': this.class(node); return;
      case 'BlockStatement': this.scoped(lexicalNames(node.body), () => node.body.forEach(this.each)); return;
      case 'StaticBlock': this.staticBlock(node); return;
      case 'SwitchStatement': this.switch(node); return;
      case 'CatchClause': this.catch(node); return;
      case 'WithStatement': this.visit(node.object); this.withs++; this.visit(node.body); this.withs--; return;
      case 'LabeledStatement': this.visit(node.body); return;
      case 'VariableDeclarator': this.pattern(node.id, false); if (node.init) this.visit(node.init); return;
      case 'AssignmentExpression': this.pattern(node.left, true); this.visit(node.right); return;
      case 'UpdateExpression': this.visit(node.argument, true); return;
      case 'MemberExpression': this.visit(node.object); if (node.computed) this.visit(node.property); return;
      case 'Property': if (node.computed) this.visit(node.key); this.visit(node.value, write); return;
      case 'MethodDefinition': this.visit(node.value); return; // a computed key belongs to `class`
      case 'PropertyDefinition': case 'AccessorProperty': this.field(node); return;
      default:
        if (isLoop(node)) this.loop(node); else forEachChild(node, (child) => this.visit(child));
    }
  }

  each = (/** @type {Node} */ child) => this.visit(child);

  /** The parts of a pattern: targets of assignment, or only the expressions inside where it declares. @param {Node} node @param {boolean} assigns */
  pattern(node, assigns) {
    switch (node.type) {
      case 'Identifier': if (assigns) this.reference(node, true); return;
      case 'ObjectPattern': case 'ArrayPattern':
        this.within(node, () => { for (const part of node.properties ?? node.elements) if (part) this.pattern(part, assigns); });
        return;
      case 'Property':
        this.within(node, () => { if (node.computed) this.visit(node.key); this.pattern(node.value, assigns); });
        return;
      case 'AssignmentPattern': this.within(node, () => { this.pattern(node.left, assigns); this.visit(node.right); }); return;
      case 'RestElement': this.within(node, () => this.pattern(node.argument, assigns)); return;
      default: this.visit(node);
    }
  }

  /** @param {Node} node */
  function(node) {
    /** @type {Set<string>} */ const names = new Set();
    if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
    if (node.type !== 'ArrowFunctionExpression') names.add('arguments');
    for (const param of node.params) for (const id of boundIdentifiers(param)) names.add(id.name);
    const block = node.body?.type === 'BlockStatement' || node.body?.type === 'FunctionBody' ? node.body : null;
    this.functions++;
    this.scoped(names, () => {
      for (const param of node.params) this.pattern(param, false);
      if (block) this.scoped(hoisted(block.body), () => this.within(block, () => block.body.forEach(this.each)));
      else if (node.body) this.visit(node.body);
    });
    this.functions--;
  }

  /** @param {Node} node */
  class(node) {
    for (const decorator of node.decorators ?? []) this.visit(decorator);
    // https://tc39.es/ecma262/#sec-runtime-semantics-classdefinitionevaluation: the heritage sees the inner binding.
    this.scoped(new Set(node.id ? [node.id.name] : []), () => {
      if (node.superClass) this.visit(node.superClass);
      this.within(node.body, () => {
        for (const member of node.body.body) {
          if (member.computed) this.within(member, () => this.visit(member.key));
          for (const decorator of member.decorators ?? []) this.visit(decorator);
          this.visit(member);
        }
      });
    });
  }

  /** An instance field's initialiser runs later, a static one now. @param {Node} node */
  field(node) {
    if (!node.value) return;
    if (!node.static) this.functions++;
    this.scoped(new Set(['arguments']), () => this.visit(node.value));
    if (!node.static) this.functions--;
  }

  /** @param {Node} node */
  staticBlock(node) {
    this.scoped(hoisted(node.body), () => node.body.forEach(this.each));
  }

  /** @param {Node} node */
  switch(node) {
    this.visit(node.discriminant);
    const names = lexicalNames(node.cases.flatMap((/** @type {Node} */ clause) => clause.consequent));
    this.scoped(names, () => node.cases.forEach(this.each));
  }

  /** @param {Node} node */
  catch(node) {
    const names = new Set(boundIdentifiers(node.param).map((id) => id.name));
    this.scoped(names, () => {
      if (node.param) this.pattern(node.param, false);
      this.visit(node.body);
    });
  }

  /** @param {Node} node */
  loop(node) {
    const head = node.type === 'ForStatement' ? node.init : node.left;
    /** @type {Set<string>} */ const names = new Set();
    if (head?.type === 'VariableDeclaration' && head.kind !== 'var') addDeclared(head, names);
    this.scoped(names, () => {
      forEachChild(node, (child, key) => {
        if (key === 'left' && child.type !== 'VariableDeclaration') this.pattern(child, true);
        else this.visit(child);
      });
    });
  }

  /** @param {Set<string>} names @param {() => void} inner */
  scoped(names, inner) {
    this.scope = { names, parent: this.scope };
    inner();
    this.scope = this.scope.parent;
  }

  /** @param {Node} node @param {() => void} inner */
  within(node, inner) {
    this.path.push(node);
    inner();
    this.path.pop();
  }

  /** @param {Node} node @param {boolean} write */
  reference(node, write) {
    for (let scope = this.scope; scope; scope = scope.parent) if (scope.names.has(node.name)) return;
    const ancestors = this.path.slice();
    this.references.push({ name: node.name, node, write, nested: this.functions > 0, dynamic: this.withs > 0, ancestors });
  }
}

/** A function's own variables, block functions that sloppy mode makes visible included. @param {Node[]} body */
function hoisted(body) {
  const names = lexicalNames(body);
  forEachVar(body, (id) => names.add(id.name));
  /** @param {Node} node */
  const blockFunctions = (node) => {
    if (node.type === 'FunctionDeclaration' && node.id) names.add(node.id.name);
    if (isFunction(node) || /^Class/.test(node.type) || node.type.endsWith('Expression')) return;
    forEachChild(node, blockFunctions);
  };
  body.forEach(blockFunctions);
  return names;
}
